// An independent reader and writer of transparency-log folders, made of golang.org/x/mod/sumdb (the library behind Go's
// checksum database): note for signatures, tlog for trees. Nothing of it comes from op-dbus.
//
//	oracle check DIR VKEY PROOFS   checks DIR/checkpoint, every entry through the tiles, proofs made here, and those in
//	                               the file PROOFS; prints the number of entries
//	oracle make DIR NAME COUNT     writes a log of COUNT entries with a new key and DIR/proofs.json; prints the key
package main

import (
	"crypto/rand"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const height = 8
const width = 1 << height

// Proofs of one tree: of entries, and from earlier sizes.
type proofs struct {
	Inclusion   []proof `json:"inclusion"`
	Consistency []proof `json:"consistency"`
}

type proof struct {
	// Index of an entry, or size of the earlier tree.
	At     int64    `json:"at"`
	Hashes [][]byte `json:"hashes"`
	// Of the earlier tree.
	Root []byte `json:"root,omitempty"`
}

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(args []string) error {
	if len(args) != 4 {
		return errors.New("usage: check DIR VKEY PROOFS | make DIR NAME COUNT")
	}
	if args[0] == "check" {
		return check(args[1], args[2], args[3])
	}
	count, err := strconv.ParseInt(args[3], 10, 64)
	if err != nil {
		return err
	}
	return makeLog(args[1], args[2], count)
}

// tilePath is the path of tlog-tiles, which leaves the height out and calls bundles of entries so.
func tilePath(t tlog.Tile) string {
	path := strings.TrimPrefix(t.Path(), fmt.Sprintf("tile/%d/", height))
	if rest, ok := strings.CutPrefix(path, "data/"); ok {
		path = "entries/" + rest
	}
	return "tile/" + path
}

type reader struct{ dir string }

func (r reader) Height() int                         { return height }
func (r reader) SaveTiles(_ []tlog.Tile, _ [][]byte) {}
func (r reader) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	var out [][]byte
	for _, t := range tiles {
		data, err := os.ReadFile(filepath.Join(r.dir, tilePath(t)))
		if err != nil {
			return nil, err
		}
		out = append(out, data)
	}
	return out, nil
}

func check(dir, vkey, proofFile string) error {
	verifier, err := note.NewVerifier(vkey)
	if err != nil {
		return err
	}
	text, err := os.ReadFile(filepath.Join(dir, "checkpoint"))
	if err != nil {
		return err
	}
	opened, err := note.Open(text, note.VerifierList(verifier))
	if err != nil {
		return err
	}
	tree, err := parseCheckpoint(opened.Text, verifier.Name())
	if err != nil {
		return err
	}
	hashes := tlog.TileHashReader(tree, reader{dir})
	entries, err := readEntries(dir, tree.N)
	if err != nil {
		return err
	}
	for n := range tree.N {
		leaf, err := hashes.ReadHashes([]int64{tlog.StoredHashIndex(0, n)})
		if err != nil {
			return err
		}
		if leaf[0] != tlog.RecordHash(entries[n]) {
			return fmt.Errorf("entry %d does not have the hash in its tile", n)
		}
		path, err := tlog.ProveRecord(tree.N, n, hashes)
		if err != nil {
			return err
		}
		if err := tlog.CheckRecord(path, tree.N, tree.Hash, n, leaf[0]); err != nil {
			return fmt.Errorf("entry %d: %w", n, err)
		}
	}
	if err := checkProofs(proofFile, tree, entries, hashes); err != nil {
		return err
	}
	fmt.Println(tree.N)
	return nil
}

func parseCheckpoint(text, name string) (tlog.Tree, error) {
	lines := strings.SplitN(text, "\n", 4)
	if len(lines) != 4 || lines[0] != name {
		return tlog.Tree{}, errors.New("no checkpoint of that log")
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil {
		return tlog.Tree{}, err
	}
	hash, err := tlog.ParseHash(lines[2])
	return tlog.Tree{N: size, Hash: hash}, err
}

func readEntries(dir string, size int64) ([][]byte, error) {
	var entries [][]byte
	for n := int64(0); n*width < size; n++ {
		w := min(width, size-n*width)
		data, err := os.ReadFile(filepath.Join(dir, tilePath(tlog.Tile{H: height, L: -1, N: n, W: int(w)})))
		if err != nil {
			return nil, err
		}
		for len(data) > 0 {
			if len(data) < 2 || len(data) < 2+int(binary.BigEndian.Uint16(data)) {
				return nil, errors.New("a bundle is cut off")
			}
			end := 2 + int(binary.BigEndian.Uint16(data))
			entries = append(entries, data[2:end])
			data = data[end:]
		}
	}
	if int64(len(entries)) != size {
		return nil, fmt.Errorf("%d entries in bundles, %d in the tree", len(entries), size)
	}
	return entries, nil
}

// checkProofs checks the proofs that somebody else made, and that those made here are the same.
func checkProofs(file string, tree tlog.Tree, entries [][]byte, hashes tlog.HashReader) error {
	data, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	var given proofs
	if err := json.Unmarshal(data, &given); err != nil {
		return err
	}
	if len(given.Inclusion) == 0 || len(given.Consistency) == 0 {
		return errors.New("no proofs to check")
	}
	for _, p := range given.Inclusion {
		path := tlog.RecordProof(asHashes(p.Hashes))
		if err := tlog.CheckRecord(path, tree.N, tree.Hash, p.At, tlog.RecordHash(entries[p.At])); err != nil {
			return fmt.Errorf("given proof of entry %d: %w", p.At, err)
		}
	}
	for _, p := range given.Consistency {
		earlier, err := tlog.TreeHash(p.At, hashes)
		if err != nil {
			return err
		}
		if string(earlier[:]) != string(p.Root) {
			return fmt.Errorf("another root of the first %d entries", p.At)
		}
		path := tlog.TreeProof(asHashes(p.Hashes))
		if err := tlog.CheckTree(path, tree.N, tree.Hash, p.At, earlier); err != nil {
			return fmt.Errorf("given proof from %d entries: %w", p.At, err)
		}
	}
	return nil
}

func asHashes(list [][]byte) []tlog.Hash {
	out := make([]tlog.Hash, len(list))
	for i, one := range list {
		copy(out[i][:], one)
	}
	return out
}

type store []tlog.Hash

func (s store) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	var out []tlog.Hash
	for _, i := range indexes {
		out = append(out, s[i])
	}
	return out, nil
}

func makeLog(dir, name string, count int64) error {
	skey, vkey, err := note.GenerateKey(rand.Reader, name)
	if err != nil {
		return err
	}
	var hashes store
	var entries [][]byte
	for n := range count {
		entry := fmt.Appendf(nil, `{"n":%d,"text":%q}`, n, strings.Repeat("x", int(n%300)))
		entries = append(entries, entry)
		stored, err := tlog.StoredHashes(n, entry, hashes)
		if err != nil {
			return err
		}
		hashes = append(hashes, stored...)
	}
	for _, t := range tlog.NewTiles(height, 0, count) {
		data, err := tlog.ReadTileData(t, hashes)
		if err != nil {
			return err
		}
		if err := write(filepath.Join(dir, tilePath(t)), data); err != nil {
			return err
		}
		if t.L != 0 {
			continue
		}
		var bundle []byte
		for _, entry := range entries[t.N*width : t.N*width+int64(t.W)] {
			bundle = binary.BigEndian.AppendUint16(bundle, uint16(len(entry)))
			bundle = append(bundle, entry...)
		}
		t.L = -1
		if err := write(filepath.Join(dir, tilePath(t)), bundle); err != nil {
			return err
		}
	}
	root, err := tlog.TreeHash(count, hashes)
	if err != nil {
		return err
	}
	signer, err := note.NewSigner(skey)
	if err != nil {
		return err
	}
	signed, err := note.Sign(&note.Note{Text: fmt.Sprintf("%s\n%d\n%s\n", name, count, root)}, signer)
	if err != nil {
		return err
	}
	if err := write(filepath.Join(dir, "checkpoint"), signed); err != nil {
		return err
	}
	if err := writeProofs(dir, count, hashes); err != nil {
		return err
	}
	fmt.Println(vkey)
	return nil
}

func writeProofs(dir string, count int64, hashes store) error {
	var all proofs
	for n := range count {
		path, err := tlog.ProveRecord(count, n, hashes)
		if err != nil {
			return err
		}
		all.Inclusion = append(all.Inclusion, proof{At: n, Hashes: asBytes(path)})
		tree, err := tlog.ProveTree(count, n+1, hashes)
		if err != nil {
			return err
		}
		root, err := tlog.TreeHash(n+1, hashes)
		if err != nil {
			return err
		}
		all.Consistency = append(all.Consistency, proof{At: n + 1, Hashes: asBytes(tree), Root: root[:]})
	}
	data, err := json.Marshal(all)
	if err != nil {
		return err
	}
	return write(filepath.Join(dir, "proofs.json"), data)
}

func asBytes(list []tlog.Hash) [][]byte {
	out := make([][]byte, len(list))
	for i := range list {
		out[i] = list[i][:]
	}
	return out
}

func write(path string, data []byte) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	return os.WriteFile(path, data, 0o600)
}

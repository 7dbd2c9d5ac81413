// Every limit of the product with its unit and its reason, in one place. A limit that nothing uses fails the tidy test.

export const LIMITS = Object.freeze({
  // ---- telemetry
  /** Slots of the metric slab, 8 bytes each: 190 histograms, or every counter anybody can read. Memory is taken as used. */
  metricSlotsMax: 65_536,
  /** Bytes of the names, help texts and labels of one slab: its slots as counters take less. */
  metricTextBytesMax: 1024 * 1024,
  /** Label sets of one metric, each a series; what comes later is counted as "other": a machine has some dozen services. */
  metricSeriesMax: 200,
  /** Characters of a label value: the longest bus name. Longer ones are cut. */
  metricLabelCharsMax: 255,
  /** Milliseconds a reader waits for another thread to publish its numbers: one that is not busy takes less than one. */
  metricAskDeadlineMs: 250,
  /** Events of one ring, 64 bytes each: 64 MiB. */
  traceRingEventsMax: 1_048_576,
  /** Events of the trace of one run, for a file: an apply of some hundred actions, in a file of 6 MB. */
  traceFileEventsMax: 16_384,
  /** Names of one ring; what comes later stands as "other". Bus members of a whole machine are a few thousand. */
  traceNamesMax: 4096,
  /** Bytes of these names. */
  traceNamesBytesMax: 256 * 1024,
  /** Characters of one text in an exported record: log readers cut longer lines, too. */
  exportTextCharsMax: 4096,
  /** Events, or log records, of one request: some 400 KiB, where collectors take 4 MiB. */
  exportItemsMax: 2048,
  /** Bytes, and requests, that wait for a collector that does not take them: some 20,000 events. Beyond, the oldest go. */
  exportQueueBytesMax: 4 * 1024 * 1024,
  exportQueueBatchesMax: 64,
  /** First and last pause before a request is sent again, and how long it is tried at all, milliseconds: the numbers of
   * the OpenTelemetry SDKs. */
  exportPauseFirstMs: 1_000,
  exportPauseLastMs: 30_000,
  exportRetryMs: 60_000,
  /** Bytes of a collector's answer: a count and a sentence. */
  exportAnswerBytesMax: 65_536,
  /** Milliseconds one write to an exported file may take: a disk that sleeps wakes in some ten seconds. */
  exportFileDeadlineMs: 30_000,
  /** Bytes of a file of certificate authorities: those of a Debian system have 220 KB. */
  authoritiesBytesMax: 1024 * 1024,
  /** Characters kept of why an export failed. */
  exportWhyCharsMax: 200,
  /** Milliseconds in which log lines are gathered for one request. */
  exportLinesEveryMs: 1_000,
  /** Log lines on their way to the thread that exports: more are dropped, for it is not coming after. */
  exportLinesMax: 2048,
  /** MiB of objects in the thread that exports, beyond which it is stopped and started anew. With a receiver that is silent
   * the whole process grows by 14 (npm run bench telemetry-delivery). */
  exportThreadHeapMiBMax: 256,
  /** Milliseconds in which that thread says how it stands: it encodes for some ten at a time. */
  exportThreadAskDeadlineMs: 2_000,
  /** Milliseconds from the wish that it ends to its being stopped: more than both deadlines it has for that. */
  exportThreadEndDeadlineMs: 6_000,
  /** Spans of unfinished traces that are kept to be laid out on tracks: the largest apply, and 4 MiB. */
  perfettoSpansMax: 20_000,

  // ---- base/text: documents that people write
  /** Size of a file that is read as JSON or TOML: a document of 100,000 entries has about 6 MiB. */
  textSizeBytesMax: 16 * 1024 * 1024,
  /** Levels of a text: what the wire allows (32 arrays and 32 structs), so nothing that can be written is lost. */
  textDepthMax: 64,
  /** Values of a text, each key and each element one: bounds memory at some 200 MiB. */
  textValuesMax: 1_000_000,
  /** UTF-16 units of one text value: 3 MiB of bytes as base64, beyond any property seen in the wild. */
  textStringMax: 4 * 1024 * 1024,
  /** Characters of a number, date or word without quotes: a 64-bit integer in binary has 64 digits and as many `_`. */
  textScalarMax: 1_000,
  /** Faults reported for one text; a person corrects no more in one go, and later ones are often consequences. */
  textFaultsMax: 50,
  /** Characters of a snippet; of a longer line the part around the fault is shown. */
  snippetCharsMax: 160,
  /** Characters of a name for which a nearest one is looked for: the cost grows with its square. */
  nearestCharsMax: 64,
  /** Candidates that are compared for "did you mean": every unit of a large machine, in some 20 ms. */
  nearestCandidatesMax: 10_000,

  // ---- host/dbus: the wire (D-Bus specification, "Message Protocol")
  /** A signature: the specification's own limit (its length is one byte). */
  signatureSizeBytesMax: 255,
  /** Arrays in arrays, and structs in structs, of one signature: the specification's limit for each. */
  typeDepthMax: 32,
  /** Containers in containers of one body, variants included: what libdbus refuses beyond, so nobody can need more. */
  valueDepthMax: 64,
  /** An array's elements: the specification's limit. */
  arraySizeBytesMax: 67_108_864,
  /** A whole message: the specification's limit. What a connection takes is far less: see the caps of its framer. */
  messageSizeBytesMax: 134_217_728,
  /** The header of one message. Names have at most 255 bytes; only an object path could make it longer than this. */
  headerSizeBytesMax: 65_536,
  /** Interface, member, error and bus names: the specification's limit. */
  nameSizeBytesMax: 255,
  /** Arrays, structs, dicts and variants in one body. Each takes up to 40 times its bytes as a JavaScript value, so
   * a message below its size cap could still fill the heap; 150,000 are in a tree of 10,000 objects. */
  containersPerBodyMax: 1_000_000,
  /** Names and paths, of each kind, that are known to be valid and not checked again. */
  namesKeptMax: 1024,
  /** Introspection data, in characters: the largest seen is 1 MB. */
  xmlSizeMax: 4_194_304,
  /** Elements in elements: real introspection data has 4, with documentation in it 8. */
  xmlDepthMax: 16,
  /** Elements of one document: 1 MB of introspection data has 20,000. */
  xmlElementsMax: 100_000,
  /** Attributes of one element: introspection data has 3. */
  xmlAttributesMax: 32,
  /** One attribute, in characters: documentation that tools put into annotations stays below. */
  xmlAttributeSizeMax: 65_536,
  /** Remarks about one document: a person reads no more. */
  introspectionNotesMax: 100,
  /** Parsed signatures, and compiled coders, that are kept: a machine's services use a few hundred. */
  signatureCacheEntriesMax: 2048,
  /** Milliseconds a call may wait for its reply unless it says otherwise: what libdbus and sd-bus use. */
  callDeadlineMs: 25_000,
  /** Milliseconds for connecting, authenticating and Hello over all addresses of a list. */
  connectDeadlineMs: 10_000,
  /** Bytes of a reply unless the call says otherwise: 10,000 managed objects need 6 MiB. */
  replyBytesMax: 32 * 1024 * 1024,
  /** Bytes of a call to an object of ours: nothing we export takes large arguments. */
  incomingCallBytesMax: 16 * 1024 * 1024,
  /** Bytes of a signal that nobody here subscribed to: anyone may send one to any connection of the system bus. */
  strangerSignalBytesMax: 1024 * 1024,
  /** Calls waiting for a reply on one connection: dbus-daemon allows far fewer. */
  pendingCallsMax: 65_536,
  /** Calls of one peer that handlers of ours work on at once; more are answered with LimitsExceeded. */
  incomingCallsAtOnceMax: 1024,
  /** Bytes of all calls that handlers of ours work on at once: four of the largest. */
  incomingBytesAtOnceMax: 64 * 1024 * 1024,
  /** Bytes queued for a bus that does not read: one message of the largest size and as much again. */
  writeQueueBytesMax: 256 * 1024 * 1024,
  /** Milliseconds a closed connection may take to hand over what was still queued. */
  closeDeadlineMs: 1000,
  /** Bytes of one line of the authentication dialogue: libdbus refuses more, too. */
  authLineBytesMax: 16_384,
  /** Bytes of a unix socket path: sun_path of Linux without its NUL. */
  socketPathBytesMax: 107,
  /** Addresses in one list. */
  addressesMax: 16,
  /** Milliseconds before the first attempt to reconnect; doubled up to reconnectDelayMsMax. */
  reconnectDelayMsMin: 100,
  /** Milliseconds between attempts to reconnect, at most. */
  reconnectDelayMsMax: 10_000,
  /** Connections of one embedded bus: it serves one person's programs and tests. */
  embeddedClientsMax: 256,
  /** Bytes of one message through the embedded bus: the system bus takes 32 MiB. */
  embeddedMessageBytesMax: 32 * 1024 * 1024,
  /** Bytes queued for one client of the embedded bus that does not read, before it is disconnected. */
  embeddedQueueBytesMax: 128 * 1024 * 1024,
  /** Match rules of one client of the embedded bus. */
  embeddedMatchesMax: 4096,
  /** Names of one client of the embedded bus. */
  embeddedNamesMax: 512,
  /** Milliseconds a client of the embedded bus may take to authenticate. */
  embeddedAuthDeadlineMs: 30_000,

  // ---- plugin: mappings, discovery
  /** Services looked at together by discover. */
  discoverNamesParallelMax: 8,
  /** Calls in flight to one service while it is looked at: more only queue up in its socket. */
  discoverCallsParallelMax: 16,
  /** Objects of one service that discover reads: a machine has some hundred units, BlueZ and NetworkManager dozens. */
  discoverObjectsMax: 20_000,
  /** Characters of an object path that discover follows: the longest in use have 200. */
  discoverPathCharsMax: 1024,
  /** Characters of different introspection texts of one service: they become up to a hundred times as many bytes, and
   * the largest service seen says 1 MB. */
  discoverTextCharsMax: 4 * 1024 * 1024,
  /** Levels of an object tree; the deepest ones in use have ten. */
  discoverDepthMax: 32,
  /** Milliseconds for one call of discover: a service that works answers introspection in a few. */
  discoverCallDeadlineMs: 5_000,
  /** Milliseconds for everything about one service, its start included. */
  discoverNameDeadlineMs: 20_000,
  /** Milliseconds in which a generated plugin looks for the objects of its service. */
  generatedDeadlineMs: 60_000,
  /** Plugin folders in one directory: far more than there are D-Bus services. */
  pluginFoldersMax: 1024,
  /** Bytes of plugin.toml, mapping.toml or introspection.xml: the largest introspection in use has some 100 KiB. */
  pluginFileBytesMax: 4 * 1024 * 1024,
  /** Bytes of the list of approved mappings: some two thousand of them. */
  approvalsFileBytesMax: 1024 * 1024,
  /** Notes kept of one service. */
  discoverNotesMax: 20,
  /** Objects whose introspection is kept; a unit of systemd takes some 50 KiB. */
  introspectionNodesMax: 10_000,
  /** Different introspection texts that are kept parsed: most objects of a service share one. */
  introspectionTextsMax: 256,
  /** Characters of all of them together: a text may be as long as xmlSizeMax. */
  introspectionTextCharsMax: 4 * 1024 * 1024,
  /** UTF-16 units of a mapping: fifty times the largest shipped one; its checks recurse along what it chains. */
  mappingCharsMax: 256 * 1024,
  /** Milliseconds a mapping may give a call or flow: a day, far below what a timer can hold (2^31 - 1). */
  mappingDeadlineMsMax: 24 * 3_600_000,
  /** States of a compiled pattern; each character of a value costs at most this many steps. */
  patternStatesMax: 4096,
  /** Groups in groups of a pattern: it is compiled by recursion. */
  patternDepthMax: 32,
  /** Items of a refused rehearsal that are rehearsed alone, to name the one at fault: each takes up to a second. */
  rehearsedAloneMax: 16,
  /** Rows kept of one listing or transaction: a full Debian archive has about 70,000 packages. */
  flowRowsMax: 500_000,
  /** Characters and bytes in these rows together: those packages have 10 million. */
  flowRowCharsMax: 64 * 1024 * 1024,
  /** Ends that come before the reply which says what to wait for: a busy systemd ends some hundred jobs meanwhile. */
  flowEarlyEndsMax: 10_000,
  /** Milliseconds a flow that was asked to stop may take to say so; after that its outcome is unknown. */
  flowCancelGraceMs: 10_000,
  /** Items of one resource that are read together: more only queue up in the service's socket. */
  readItemsParallelMax: 16,
  /** Objects introspected to learn what the items of a resource look like: one for each ending of their names. */
  sampleObjectsMax: 24,

  // ---- snapshots and replicas
  /** Bytes, and hundredths of a file system, that snapshots leave free: the log's next segment and an apply's records. */
  snapshotFreeBytesMin: 134_217_728,
  snapshotFreePercentMin: 3,
  /** Milliseconds one command of `btrfs` may take: a snapshot first writes out what is waiting, on a busy disk for long. */
  btrfsDeadlineMs: 120_000,
  /** Milliseconds to wait until removed snapshots have given their space back: the cleaner takes some 40 s for thousands. */
  btrfsSettleMs: 60_000,
  /** Bytes of what `btrfs` prints: a page of facts, or a few lines of error. */
  btrfsOutputBytesMax: 65_536,
  /** Milliseconds without one byte after which a transfer is given up: `btrfs send` reads long runs without a change. */
  transferStallMs: 600_000,

  // ---- state: plans and applies
  /** Services read at the same time; each answers one call after the other anyway. */
  inventoryParallelMax: 10,
  /** First and last pause between two reads while waiting without a signal, milliseconds: quick for what is nearly
   * there, and one read a second for what takes long. */
  verifyPauseFirstMs: 20,
  verifyPauseLastMs: 1_000,
  /** How long a verification waits when nothing else is said, milliseconds: units take their time to settle. */
  verifyTimeoutMs: 30_000,
  /** After which a service undoes its own checkpoint if we are gone, milliseconds: a machine that lost its network
   * comes back by itself, and nearly every apply is done before. One that is not fails at its commit and is undone. */
  checkpointTimeoutMs: 600_000,
  /** How much longer a service keeps its own checkpoint than a timed commit waits, milliseconds: the guard comes first,
   * and the service's own timer is for when the guard is gone. */
  checkpointSlackMs: 30_000,
  /** How long a call may still be worked on whose caller died, milliseconds: services answer a setter in less, and what
   * takes longer (a package transaction) keeps its item in transition. */
  recoverGraceMs: 2_000,
  /** Characters of a document that stand in the record of its apply; a longer one is a file of its own, whose two syncs
   * cost more than copying this many bytes again. */
  documentInlineCharsMax: 4096,
  /** Faults of one document that are kept: all faults in one go, but a generated document can have a million. */
  documentFaultsMax: 1_000,
  /** How long a probe may take until it passes when nothing else is said, milliseconds: a service that starts. */
  probeWithinMs: 10_000,
  /** The longest a document may give one, milliseconds: nobody waits longer before looking himself. */
  probeWithinMsMax: 600_000,
  /** Probes of a document: they are asked at the same time. */
  probesMax: 64,
  /** First and last pause between two questions of a probe, milliseconds. */
  probePauseFirstMs: 100,
  probePauseLastMs: 1_000,
  /** Milliseconds until an apply with --no-commit goes back when nothing else is said: time to look at the machine. */
  commitTimeoutMs: 60_000,
  /** The shortest and the longest such time, milliseconds: a call or two, and a day. */
  commitTimeoutMsMin: 1_000,
  commitTimeoutMsMax: 24 * 3_600_000,
  /** Milliseconds a guard may take until it is ready: a start of Node and a read of the schemas, on a machine that swaps. */
  guardReadyMs: 30_000,
  /** Milliseconds between two looks of a guard at the journal and at the process it guards: one stat(2) and one read. */
  guardPollMs: 250,
  /** Entries of the audit log in which the end of an apply is looked for that is asked about by its ID: some hundred
   * applies. */
  endsLookedForMax: 2_000,
  /** Milliseconds a guard waits for another op-dbus that holds the bus: an apply that installs packages. */
  guardLockTimeoutMs: 3_600_000,
  /** Items that `exclusive = true` may remove where the document gives no max_removals: a slip costs little. */
  removalsDefault: 10,

  // ---- store/log
  /** Bytes of the frames of one append: four of the largest documents, so all that one apply has to say fits. */
  logBatchBytesMax: 64 * 1024 * 1024,
  /** Bytes that one commit writes, or one batch if it is larger: as much as a disk takes within some milliseconds. */
  logCommitBytesMax: 4 * 1024 * 1024,
  /** Milliseconds that one process writes before it lets others go first: some hundred commits for one handover. */
  logTurnMs: 20,
  /** Milliseconds to wait for one's turn to write: others hand it over after logTurnMs, so it is a stopped one. */
  logTurnDeadlineMs: 10_000,

  // ---- store/journal
  /** Bytes of a segment of the journal, and what may be used of it before what is closed is dropped: a start reads it
   * in a fraction of a millisecond, and some hundred small applies fit. */
  journalSegmentBytes: 64 * 1024,

  // ---- store/audit: proofs and imports
  /** Bytes of entries and blobs in one proof: what a mail still carries. */
  proofBytesMax: 16 * 1024 * 1024,
  /** Records of the first generation in one import: it wrote one file each, and a folder of more is no folder. */
  legacyRecordsMax: 200_000,
  /** Bytes of one such record: they have some hundred, a block some thousand. */
  legacyRecordBytesMax: 1024 * 1024,
  /** Bad records that an import names; more are counted. */
  legacyNamedMax: 100,

  // ---- store/audit
  /** Bytes of an entry's canonical JSON: an entry bundle holds 65,535 an entry (c2sp.org/tlog-tiles). */
  entrySizeBytesMax: 32_768,
  /** Bytes of an entry that the audit log keeps for what it adds itself: when, where, and what it binds. */
  entryStampBytes: 768,
  /** Characters of a signed note: our own has 300, and each of a hundred witnesses adds some 130. */
  noteCharsMax: 16_384,
  /** Milliseconds for which entries may stay unsigned while op-dbus runs: witnesses do not want more than one a minute. */
  checkpointIntervalMs: 60_000,
  /** Bytes of the first segment of the audit log, and of the largest: a machine with a few applies takes 64 KiB, and a start
   * reads the newest segment whole, in some 20 ms. */
  auditSegmentBytesFirst: 64 * 1024,
  auditSegmentBytesMax: 4 * 1024 * 1024,
  /** Findings listed of one check of the audit log: a person reads no more, and later ones are often consequences. */
  auditFindingsMax: 200,
  /** Bytes of a value that lies in a blob: two documents of the largest size. */
  blobSizeBytesMax: 32 * 1024 * 1024,

  /** Generations that one list or search shows, at most: a person reads no more, a program asks for what it needs. */
  historyListMax: 10_000,
  /** The same where nothing is said. */
  historyListDefault: 20,
  /** Lines of one generation that a search shows. */
  searchLinesMax: 5,

  // ---- memory: concepts, associations, and what is derived from them
  /** Bytes of a concept's content: as the wire protocol has it. */
  memoryContentBytesMax: 10 * 1024 * 1024,
  /** Numbers of a vector: as the wire protocol has it; models in use have 384 to 1,536. */
  memoryDimensionsMax: 2048,
  /** Attributes of a concept, and bytes of all of them: more is content. */
  memoryAttributesMax: 64,
  memoryAttributesBytesMax: 32 * 1024,
  /** Bytes of one transaction: an eighth of what the log takes at once. */
  memoryTransactionBytesMax: 16 * 1024 * 1024,
  /** Changes that may wait for the derived indexes: some seconds of writing at full speed, some megabytes. */
  memoryPendingMax: 100_000,
  /** Milliseconds to wait for room there before a change is refused. */
  memoryFullWaitMs: 100,
  /** Milliseconds after which a change that nobody waits for is on its way to the disk. */
  memoryBufferedMs: 10,
  /** Bytes that may wait for the disk before changes are refused: a second or two of a fast one. */
  memoryBacklogBytesMax: 64 * 1024 * 1024,
  /** Concepts, associations, and bytes of contents and vectors, of one namespace: address space is set aside for as much. */
  memorySlotsMax: 67_108_864,
  memoryEdgesMax: 134_217_728,
  memoryArenaBytesMax: 16 * 1024 * 1024 * 1024,
  /** Threads that read one graph: four for each core of a large machine. */
  memoryReadersMax: 256,
  /** Bytes of the first segment of a graph's log, and of the largest: a small memory takes little, a large one few files. */
  memoryLogSegmentBytesFirst: 256 * 1024,
  memoryLogSegmentBytesMax: 64 * 1024 * 1024,
  /** Milliseconds a search waits for the indexes to have seen what was written before it; then it answers as they are. */
  memoryReachDeadlineMs: 2_000,
  /** Milliseconds for one question about paths, and for indexes to take what waits when a namespace is closed. */
  memoryQuestionDeadlineMs: 10_000,
  memoryCloseDeadlineMs: 30_000,
  /** Changes since the last checkpoint, and bytes of the log, from which on the next one is written: a start reads a second. */
  memoryCheckpointChanges: 1_000_000,
  memoryCheckpointLogBytes: 512 * 1024 * 1024,
  /** Characters of a content that an answer for people has, and concepts of such an answer. */
  memoryShownCharsMax: 2_000,
  memoryQueryDefault: 10,
  /** Entries of the audit log that the memory takes in one turn, and milliseconds between two turns. */
  memoryFeedEntriesMax: 500,
  memoryFeedEveryMs: 2_000,
  /** Shards of one namespace: more of them gain nothing on one machine, and each is some open files and threads. */
  memoryShardsMax: 256,
  /** Milliseconds a change waits until others are done with its concepts, and changes that may wait so. */
  memoryLockWaitMs: 5_000,
  memoryLockWaitersMax: 4_096,
  /** Bytes of a segment of the log with decisions over several shards, 40 each: they go as soon as they are carried out. */
  memoryDecisionsSegmentBytes: 256 * 1024,
  /** Namespaces of one memory: each has its own folder, log and indexes. */
  memoryNamespacesMax: 256,
  /** Nearest vectors one search gives: as the wire protocol has it. */
  vectorMatchesMax: 1000,
  /** Entries of the index file one search looks at; a filter that lets few pass is answered by a scan instead. */
  vectorExpansionMax: 4096,
  /** Searches of one namespace under way at once: some seconds of a machine that does nothing else. */
  vectorSearchesMax: 4096,
  /** Milliseconds the thread with the index may take for a search, which takes one, before it is given up. */
  vectorSearchDeadlineMs: 10_000,
  /** Milliseconds for a step of making an index file: reading or writing ten million entries takes a minute. */
  vectorStepDeadlineMs: 600_000,
  /** Milliseconds from one start of that thread to the next, and from a failed build to the next attempt. */
  vectorRestartMs: 1_000,
  vectorRebuildMs: 60_000,
  /** Associations of a path: as the wire protocol has it; what lies further apart has little to do with each other. */
  memoryPathDepthMax: 20,
  /** Paths, chains or contradictions of one answer: as many as the wire protocol allows results of a search. */
  memoryPathsMax: 1000,
  /** Associations one search looks at: a tenth of a second of work, and some tens of megabytes. */
  memoryVisitsMax: 2_000_000,
  /** Milliseconds that searches and the reconciler keep the loop at a time. */
  memorySliceMs: 5,
  /** Characters of a content that are analysed: what a text is about stands at its beginning. */
  memoryAnalysedCharsMax: 65_536,
  /** Rules of one domain that are compared with each other. */
  memoryRulesMax: 5000,
  /** Events about itself that the memory keeps. */
  memoryEventsMax: 1000,
  /** Bytes of a content that are searched by words: a chapter of a book, read in some ten milliseconds. What follows is
   * kept, and not found by its words. */
  memoryTextBytesMax: 256 * 1024,
  /** Characters of a word; longer ones count by their beginning, longer names (bus names, paths) by their parts alone. */
  memoryTextWordCharsMax: 128,
  /** Words of a query that are looked for, the rarest: a paragraph. */
  memoryTextQueryWordsMax: 64,
  /** Hits of one search. */
  memoryTextHitsMax: 10_000,
  /** Different words of each document, over all documents of one segment of the text index: some 60 MB, and as much again
   * while it is merged; when it takes the place of its parts, a million documents are told so in one go. */
  memoryTextSegmentPostingsMax: 16 * 1024 * 1024,
  /** Hits of a search that recall weighs and compares with each other, and of an answer that count as recalled: a screen. */
  recallCandidatesMax: 64,
  recallAnswersMax: 16,
  /** Associations looked at for what one recalled concept primes, the newest: a cosine each. */
  recallSpreadMax: 128,
  /** Primes that are alive, concepts recalled in the last 30 s and in the last minutes, exposures of a session: some hundred
   * KiB each. */
  recallPrimesMax: 1024,
  recallRecentMax: 64,
  recallActiveMax: 2048,
  recallExposuresMax: 16_384,
  /** Concepts that one was recalled together with. */
  recallPrimesOfOneMax: 96,
  /** Pairs of concepts that are known to have primed, or interfered with, each other before: 1 MiB. */
  recallPairsMax: 16_384,
  /** Concepts whose practice is remembered: some 20 MiB, and 6 in the file. */
  recallTracesMax: 100_000,
  /** Milliseconds for one answer of a service for vectors, and attempts for one request. */
  embedDeadlineMs: 30_000,
  embedAttemptsMax: 4,
  /** First and last pause before a request is sent again, milliseconds. */
  embedPauseFirstMs: 500,
  embedPauseLastMs: 10_000,
  /** Texts of one request, and bytes of its answer: as many vectors of the largest size, 22 characters a number. */
  embedTextsMax: 256,
  embedAnswerBytesMax: 16 * 1024 * 1024,

  // ---- the memory's wire
  /** Bytes of one message, and numbers of the protocol that its clients know (docs/design/memory-wire.md). */
  memoryMessageBytesMax: 100 * 1024 * 1024,
  memoryBatchMax: 1_000,
  memorySearchMax: 1_000,
  /** Levels of a message: a reply has 6. */
  memoryMessageDepthMax: 16,
  /** Values of a request: a vector and a batch of the largest size have 3,100; and of a reply: the ids of 5 M concepts. */
  memoryRequestValuesMax: 100_000,
  memoryReplyValuesMax: 5_000_000,
  /** Bytes of a token: names and roles of one subject. */
  memoryTokenBytesMax: 4096,
  /** Bytes of the key of tokens, at least: the strength of HMAC-SHA-256. */
  memoryTokenKeyBytesMin: 32,
  /** Connections at once; each costs some 10 KiB while nothing is said. */
  memoryConnectionsMax: 10_240,
  /** Bytes of requests and answers that all connections together may keep waiting: two of the largest messages. */
  memoryWaitingBytesMax: 256 * 1024 * 1024,
  /** Bytes of a message that is taken also when these are used up: 160 MiB if every connection sends one. */
  memorySmallMessageBytes: 16 * 1024,
  /** Bytes of answers that wait for one client before its next request is taken. */
  memoryAnswersBytesMax: 1024 * 1024,
  /** Requests of one connection under way: changes gather for one sync of the disk; answers to reads can be large. */
  memoryChangesUnderWayMax: 256,
  memoryReadsUnderWayMax: 16,
  /** Milliseconds for TLS, and for the token: each takes less than one. */
  memoryGreetingDeadlineMs: 10_000,
  /** Milliseconds from the first to the last byte of a message, and more for each MiB of it: a line of 1 MiB/s. */
  memoryMessageDeadlineMs: 30_000,
  memoryMessageDeadlineMsPerMiB: 1_000,
  /** Milliseconds a client may leave its answers unread. */
  memoryUnreadDeadlineMs: 30_000,
  /** Milliseconds a connection may say nothing: a public client never connects again, so long. */
  memoryIdleDeadlineMs: 3_600_000,
  /** Milliseconds a request may take: a flush of the largest memory does. */
  memoryRequestDeadlineMs: 120_000,
  /** Milliseconds between two looks at these deadlines. */
  memoryDeadlineEveryMs: 1_000,
  /** Milliseconds that a connection beyond its rate is not listened to. */
  memoryRatePauseMs: 100,
  /** Subjects whose rate is known at once; a bucket that filled up again is forgotten first. */
  memoryRateSubjectsMax: 10_000,
  /** Milliseconds that requests under way have when the door closes. */
  memoryDrainDeadlineMs: 10_000,
  /** Requests that one client keeps open; more are refused by it. */
  memoryClientRequestsMax: 65_536,
  /** Milliseconds a client waits for a connection and for an answer unless the call says otherwise. */
  memoryClientConnectDeadlineMs: 10_000,
  memoryClientDeadlineMs: 30_000,
  /** Milliseconds for the answer to Hello: an old server never gives it. */
  memoryClientHelloDeadlineMs: 2_000,

  // ---- cli
  /** Bytes of a file that holds a secret: a key or a certificate, not a disk image. */
  secretSizeBytesMax: 65_536,
  /** Bytes of the host's key: the block that HMAC-SHA-256 takes whole is 64, its strength ends at 32. */
  hostKeyBytes: 32,
  /** Milliseconds before a live line appears: what is over sooner should not flicker. */
  liveLineAfterMs: 200,
  /** Milliseconds between two signs of life where there is no terminal. */
  heartbeatMs: 30_000,
  /** Columns where the stream is no terminal: house width of all text output. */
  plainWidthColumns: 100,
  /** Characters of one value in text output; longer ones are shortened in the middle and say so. */
  shownValueCharsMax: 72,
  /** Milliseconds a completion may take: a person waits at the prompt. */
  completionDeadlineMs: 1500,
  /** Names one completion offers. */
  completionNamesMax: 500,

  // ---- the daemon and its socket
  /** Bytes of one line: four documents of the largest size, or a plan that read a million values. */
  socketLineBytesMax: 64 * 1024 * 1024,
  /** Bytes queued for a client that does not read: one line of the largest size and its events. */
  socketQueueBytesMax: 128 * 1024 * 1024,
  /** Connections at once: each is one run of a command. */
  socketClientsMax: 64,
  /** Requests under way at once, of all connections: more are refused, and those commands work by themselves. */
  socketRequestsMax: 32,
  /** Milliseconds for connecting and for the daemon's first line: it is written at once, by a daemon that is not stopped. */
  socketHelloDeadlineMs: 2_000,
  /** Milliseconds in which a connection without a request may stay silent. */
  socketIdleDeadlineMs: 60_000,
  /** Bytes of the head of a request for metrics: Prometheus sends 300. */
  scrapeHeadBytesMax: 8192,
  /** Connections at once for metrics: a Prometheus keeps one. */
  scrapeConnectionsMax: 16,
  /** Milliseconds for one request for metrics, from its first byte to the last byte of its answer: Prometheus waits for ten
   * seconds. */
  scrapeDeadlineMs: 10_000,
  /** Milliseconds at the end of the daemon for answers under way: one takes some ten. */
  scrapeEndDeadlineMs: 1_000,
  /** Milliseconds after the wish to stop in which what runs may end by itself; then it is told to put everything back. */
  drainDeadlineMs: 60_000,
  /** Milliseconds at the end of a process in which events are collected, and then once more until they are handed on. */
  telemetryDrainDeadlineMs: 2_000,
  /** Milliseconds for putting back: with drainDeadlineMs less than the TimeoutStopSec of the unit. */
  drainRollbackDeadlineMs: 180_000,
  /** Milliseconds between two looks whether a timed commit should have been undone: the alert waits for a minute. */
  overdueTickMs: 15_000,
  /** Milliseconds between two looks whether a snapshot is due: the shortest interval is one minute. */
  snapshotTickMs: 60_000,
  /** Milliseconds for one run of systemd-notify: it takes some ten. */
  notifyDeadlineMs: 5_000,
});

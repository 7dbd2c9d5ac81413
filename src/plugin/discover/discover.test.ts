// Discovery, introspection and their JSON against a service on an embedded bus.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { CLOCK, CLOCK_PATH, clockService, type ClockService } from "../../../test/support/clock-service.ts";
import { testBus, type TestBus } from "../../../test/support/embedded-bus.ts";
import { connect, DBusError, readGuard, type Bus, type Call, type Connection } from "../../host/dbus/dbus.ts";
import { discover, discoveryFromJson, discoveryToJson, introspectObject } from "./discover.ts";
import { introspector } from "./introspection.ts";
import { unitOfCgroup, unitOfPath } from "./owner-facts.ts";

let bus: TestBus;
let service: ClockService;
let client: Connection;

before(async () => {
  bus = await testBus();
  service = await clockService(bus.address);
  client = await connect({ address: bus.address, guard: readGuard([]) });
});
after(async () => {
  await client.close();
  await service.connection.close();
  await bus.close();
});

const introspections = () =>
  bus.captured.filter(
    ({ type, member, sender }) => type === 1 && member === "Introspect" && sender === client.uniqueName,
  );

test("every name with its owner, every object with its interfaces", async () => {
  const found = await discover(client);
  assert.equal(found.guid, bus.guid);
  const clock = found.names.find(({ name }) => name === CLOCK);
  assert.equal(clock?.running, true);
  assert.equal(clock?.owner, service.connection.uniqueName);
  assert.equal(clock?.uid, process.getuid?.());
  assert.equal(clock?.error, null);
  const paths = clock?.objects.map(({ path, from }) => `${path} ${from}`);
  assert.deepEqual(paths, [
    "/ tree",
    "/org tree",
    "/org/example tree",
    `${CLOCK_PATH} both`,
    `${CLOCK_PATH}/alarm tree`,
    `${CLOCK_PATH}/alarm/1 both`,
    `${CLOCK_PATH}/alarm/2 both`,
  ]);
  // A manager knows no methods; the tree does.
  const main = clock?.objects.find(({ path }) => path === CLOCK_PATH);
  assert.deepEqual([...(main?.interfaces.get(CLOCK)?.methods.keys() ?? [])], ["SetZone", "Tick"]);
});

test("caps are kept and said", async () => {
  const few = (await discover(client, { names: [CLOCK], objectsMax: 4 })).names[0];
  assert.equal(few?.objects.length, 4);
  assert.match(few?.notes.join() ?? "", /beyond the cap were left out/);
  const shallow = (await discover(client, { names: [CLOCK], depthMax: 1 })).names[0];
  assert.deepEqual(shallow?.notes, ["objects more than 1 levels deep were left out"]);
});

test("a name that is not there, and an owner that does not answer", async () => {
  const absent = (await discover(client, { names: ["org.example.None1"] })).names[0];
  assert.deepEqual([absent?.running, absent?.error], [false, "no such name on this bus"]);
  const late = new DBusError("OPD3004", "org.freedesktop.DBus.Error.NoReply", "no answer");
  const deaf = busWith(client, (call) =>
    call.destination.startsWith(":") ? Promise.reject(late) : client.call(call),
  );
  const silent = (await discover(deaf, { names: [CLOCK] })).names[0];
  assert.deepEqual([silent?.running, silent?.objects.length, silent?.error], [true, 0, late.message]);
});

test("a name is started only when asked for", async () => {
  const calls: Call[] = [];
  const fake = busWith(client, (call) => {
    calls.push(call);
    if (call.member === "ListActivatableNames")
      return Promise.resolve({ sender: "", signature: "as", body: [["org.example.Idle1"]] });
    if (call.destination === "org.example.Idle1") return client.call({ ...call, destination: CLOCK });
    return client.call(call);
  });
  const idle = (await discover(fake, { names: ["org.example.Idle1"] })).names[0];
  assert.deepEqual([idle?.running, idle?.activatable, idle?.error], [false, true, null]);
  assert.ok(!calls.some((call) => call.destination === "org.example.Idle1"));
  const woken = (await discover(fake, { names: ["org.example.Idle1"], activate: true })).names[0];
  assert.deepEqual(
    [woken?.running, woken?.owner, woken?.objects.length],
    [true, service.connection.uniqueName, 7],
  );
});

test("an object that only its manager knows, and properties only one by one", async () => {
  const fake = busWith(client, (call) => {
    if (call.member === "GetAll")
      return Promise.reject(new DBusError("OPD3001", "org.example.Error.Broken", "no"));
    const isHidden = call.member === "Introspect" && call.path.startsWith(`${CLOCK_PATH}/alarm`);
    if (isHidden)
      return Promise.reject(new DBusError("OPD3001", "org.freedesktop.DBus.Error.UnknownObject", "hidden"));
    return client.call(call);
  });
  const found = (await discover(fake, { names: [CLOCK] })).names[0];
  const alarm = found?.objects.find(({ path }) => path === `${CLOCK_PATH}/alarm/1`);
  assert.deepEqual(
    [alarm?.from, alarm?.error],
    ["manager", "hidden (org.freedesktop.DBus.Error.UnknownObject)"],
  );
  assert.equal(alarm?.interfaces.get(`${CLOCK}.Alarm`)?.properties.get("Minute")?.signature, "y");
  const { values } = await introspectObject(fake, CLOCK, CLOCK_PATH);
  assert.deepEqual(values.get(CLOCK)?.get("Zone"), { value: "Europe/Berlin" });
});

test("a service that describes its one object at the root", async () => {
  const xml = `<node name="/org/example/One"><interface name="org.example.One"/></node>`;
  const fake = busWith(client, (call) =>
    call.member === "Introspect"
      ? Promise.resolve({ sender: call.destination, signature: "s", body: [xml] })
      : client.call(call),
  );
  const objects = (await discover(fake, { names: [CLOCK] })).names[0]?.objects;
  assert.deepEqual(
    objects?.map(({ path, interfaces }) => [path, ...interfaces.keys()]),
    [["/"], ["/org/example/One", "org.example.One"]],
  );
});

test("a saved discovery is taken over while the owner is the same", async () => {
  const found = await discover(client, { names: [CLOCK] });
  const text = JSON.stringify(discoveryToJson(found));
  const known = discoveryFromJson(JSON.parse(text));
  assert.ok(known !== null);
  assert.deepEqual(JSON.parse(JSON.stringify(discoveryToJson(known))), JSON.parse(text));
  const count = introspections().length;
  const again = await discover(client, { names: [CLOCK], known });
  assert.equal(introspections().length, count, "asked again");
  assert.deepEqual(again.names[0]?.objects.length, found.names[0]?.objects.length);
  const stranger = { ...known, guid: "0".repeat(32) };
  await discover(client, { names: [CLOCK], known: stranger });
  assert.ok(introspections().length > count, "believed another bus");
});

test("a file that is no discovery", () => {
  const good = discoveryToJson({ guid: "g", takenAtMs: 1, names: [] });
  for (const bad of [
    null,
    5,
    {},
    { ...good, version: 2 },
    { ...good, names: 1 },
    { ...good, interfaces: {} },
  ]) {
    assert.equal(discoveryFromJson(bad), null);
  }
  const name = {
    name: "a.b",
    objects: [{ path: "/", from: "tree", interfaces: [7], error: null }],
    notes: [],
  };
  assert.deepEqual(discoveryFromJson({ ...good, names: [name, null, { name: 5 }] })?.names, []);
});

test("one object with live values, one of them unreadable", async () => {
  const { values, node, owner } = await introspectObject(client, CLOCK, CLOCK_PATH);
  assert.equal(owner, service.connection.uniqueName);
  assert.deepEqual(node.children, ["alarm"]);
  assert.deepEqual(values.get(CLOCK)?.get("Zone"), { value: "Europe/Berlin" });
  assert.deepEqual(values.get(CLOCK)?.get("AdminPassword"), { unknown: "a secret" });
  assert.deepEqual(values.get(`${CLOCK}.Broken`)?.get("Zone"), { value: "another" });
  const never = values.get(`${CLOCK}.Broken`)?.get("Never");
  assert.ok(never !== undefined && "unknown" in never);
  assert.match(never.unknown, /not today/);
});

test("introspection is asked once, and again for an object that came back or an owner that changed", async () => {
  const cache = introspector(client);
  const path = `${CLOCK_PATH}/alarm/3`;
  const count = () => introspections().length;
  const start = count();
  await Promise.all([cache.introspect(CLOCK, CLOCK_PATH), cache.introspect(CLOCK, CLOCK_PATH)]);
  await cache.introspect(CLOCK, CLOCK_PATH);
  assert.equal(count(), start + 1);

  const alarm = service.addAlarm("late");
  assert.ok((await cache.introspect(CLOCK, path)).has(`${CLOCK}.Alarm`));
  alarm.close();
  await service.connection.call({
    destination: "org.freedesktop.DBus",
    path: "/",
    interface: "org.freedesktop.DBus",
    member: "GetId",
  });
  await client.owner(CLOCK);
  const now = count();
  await cache.introspect(CLOCK, path).catch(() => undefined);
  assert.equal(count(), now + 1, "InterfacesRemoved did not end the entry");

  const saved = JSON.parse(JSON.stringify(cache.save()));
  cache.close();
  const next = introspector(client, saved);
  const known = count();
  await next.introspect(CLOCK, CLOCK_PATH);
  assert.equal(count(), known, "what was saved was not used");

  await service.connection.close();
  service = await clockService(bus.address);
  await client.owner(CLOCK);
  await next.introspect(CLOCK, CLOCK_PATH);
  assert.equal(count(), known + 1, "the new owner was not asked");
  next.close();
});

test("unit names from paths and cgroups", () => {
  assert.equal(unitOfPath("/org/freedesktop/systemd1/unit/dbus_2eservice"), "dbus.service");
  assert.equal(
    unitOfPath("/org/freedesktop/systemd1/unit/system_2dgetty_40tty1_2eservice"),
    "system-getty@tty1.service",
  );
  assert.equal(unitOfCgroup("0::/system.slice/dbus.service\n"), "dbus.service");
  assert.equal(
    unitOfCgroup("4:memory:/x\n1:name=systemd:/user.slice/user-0.slice/session-1.scope\n"),
    "session-1.scope",
  );
  assert.equal(unitOfCgroup("0::/\n"), null);
});

/** The bus with other answers. */
function busWith(bus: Connection, call: Bus["call"]): Bus {
  return {
    uniqueName: bus.uniqueName,
    guid: bus.guid,
    address: bus.address,
    connected: true,
    call,
    subscribe: (match, listener) => bus.subscribe(match, listener),
    watchName: (name, listener) => bus.watchName(name, listener),
    owner: (name) => bus.owner(name),
    close: () => bus.close(),
  };
}

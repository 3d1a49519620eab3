// A frontend in TypeScript: signs in to the example site, then lists, renames and ends sessions
// through types made from the site's own schema, and signs in for tokens, and makes some.
// Usage: node client.js http://127.0.0.1:8000 TOKEN

import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import createClient, { type Middleware } from "openapi-fetch";
import type { components, operations, paths } from "./schema.js";

type Session = components["schemas"]["SessionsApiSession"];
type SessionsToEnd = operations["sessions_admin_end_matching"]["requestBody"]["content"]["application/json"];
type Refusal = components["schemas"]["SessionsApiError"];
type FieldErrors = components["schemas"]["SessionsApiFieldErrors"];

const APP_KEY = Buffer.from("12345678901234567890"); // of Carol's authenticator app in the demo
const UNKNOWN_ID = "01890000-0000-7000-8000-000000000000";
const [site, unproven] = process.argv.slice(2);
assert.ok(site && unproven, "Say where the site is, and give a token of Bob's.");

/** The cookies of one browser, and what it sends with each request. */
class Browser {
  readonly cookies = new Map<string, string>();

  remember(response: Response): void {
    for (const line of response.headers.getSetCookie()) {
      const [name = "", value = ""] = line.split(";", 1)[0]!.split("=");
      this.cookies.set(name, value);
    }
  }

  headers(): Record<string, string> {
    const cookies = [...this.cookies].map(([name, value]) => `${name}=${value}`);
    return { Cookie: cookies.join("; "), "X-CSRFToken": this.cookies.get("csrftoken") ?? "" };
  }

  async signIn(username: string, password: string): Promise<void> {
    const form = `${site}/accounts/login/`;
    this.remember(await fetch(form));
    const response = await fetch(form, {
      method: "POST",
      headers: this.headers(),
      body: new URLSearchParams({ username, password }),
      redirect: "manual",
    });
    assert.equal(response.status, 302, "The site did not let us in.");
    this.remember(response);
  }

  /** Return a client of the API whose requests are this browser's. */
  client() {
    const credentials: Middleware = {
      onRequest: ({ request }) => {
        for (const [name, value] of Object.entries(this.headers())) {
          request.headers.set(name, value);
        }
        return request;
      },
      onResponse: ({ response }) => this.remember(response),
    };
    const client = createClient<paths>({ baseUrl: site! });
    client.use(credentials);
    return client;
  }
}

async function signedIn() {
  const browser = new Browser();
  await browser.signIn("alice", "alice-demo");
  return browser.client();
}

/** Return a client of the API that presents a token, or nothing. */
function bearing(token?: string | null) {
  const headers: Record<string, string> = token ? { Authorization: `Bearer ${token}` } : {};
  return createClient<paths>({ baseUrl: site!, headers });
}

/** Return the code that Carol's app shows now (RFC 6238). */
function codeOfApp(): string {
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000)));
  const digest = createHmac("sha1", APP_KEY).update(counter).digest();
  const truncated = digest.readUInt32BE(digest[19]! & 15) & 0x7fffffff;
  return String(truncated % 1_000_000).padStart(6, "0");
}

/** Return what cannot be missing, or stop with the error that came instead. */
function present<T>(value: T | undefined, error?: unknown): T {
  assert.ok(value !== undefined, JSON.stringify(error));
  return value;
}

const [laptop, phone] = [await signedIn(), await signedIn()];

// Who are we?
const mine = await laptop.GET("/api/sessions/current/");
const here: Session = present(mine.data, mine.error);
const theirs = await phone.GET("/api/sessions/current/");
const there: Session = present(theirs.data, theirs.error);
assert.equal(here.is_current, true);
assert.notEqual(here.id, there.id);

// List, a page at a time: each session once.
const ids: string[] = [];
let cursor: string | undefined;
do {
  const { data, error } = await laptop.GET("/api/sessions/", {
    params: { query: { page_size: 2, ordering: "-created_at", ...(cursor && { cursor }) } },
  });
  const page = present(data, error);
  for (const session of page.results) {
    assert.equal(session.state, "active");
    assert.equal(session.end_reason, "");
    assert.ok(!Number.isNaN(Date.parse(session.created_at)));
    ids.push(session.id);
  }
  cursor = page.next === null ? undefined : new URL(page.next).searchParams.get("cursor")!;
} while (cursor !== undefined);
assert.deepEqual(ids.slice(0, 2), [there.id, here.id]);
assert.equal(new Set(ids).size, ids.length);
assert.ok(ids.length > 2, "The demo has sessions of Alice, and so do we.");

// Rename.
const renamed = await laptop.PATCH("/api/sessions/{id}/", {
  params: { path: { id: there.id } },
  body: { label: "My phone" },
});
assert.equal(present(renamed.data, renamed.error).label, "My phone");

// A name that is too long: 400, by field.
const refused = await laptop.PATCH("/api/sessions/{id}/", {
  params: { path: { id: there.id } },
  body: { label: "x".repeat(101) },
});
assert.equal(refused.response.status, 400);
assert.ok(refused.error && "label" in refused.error);
const errors: FieldErrors = refused.error;
assert.deepEqual(errors["label"], ["Ensure this field has no more than 100 characters."]);

// No such session: 404, with the reason.
const missing = await laptop.GET("/api/sessions/{id}/", { params: { path: { id: UNKNOWN_ID } } });
const reason: Refusal = present(missing.error as Refusal | undefined);
assert.equal(missing.response.status, 404);
assert.equal(missing.data, undefined);
assert.equal(typeof reason.detail, "string");

// End the other one: it is out, and stays in the list of those that are over.
const ended = await laptop.DELETE("/api/sessions/{id}/", { params: { path: { id: there.id } } });
assert.equal(ended.response.status, 204);
assert.equal((await phone.GET("/api/sessions/current/")).response.status, 401);
const over = await laptop.GET("/api/sessions/", { params: { query: { state: "ended" } } });
const gone = present(present(over.data, over.error).results.find(({ id }) => id === there.id));
assert.equal(gone.label, "My phone");
assert.equal(gone.state, "ended");
assert.equal(gone.end_reason, "revoked");

// End the others, then sign out.
const others = await laptop.DELETE("/api/sessions/", {
  params: { query: { include_current: false } },
});
assert.equal(present(others.data, others.error).ended, ids.length - 2);
assert.equal((await laptop.DELETE("/api/sessions/current/")).response.status, 204);
assert.equal((await laptop.GET("/api/sessions/current/")).response.status, 401);

// Sign in for a token. Wrong credentials: 401, with its code.
const guest = bearing();
const carol = { username: "carol", password: "carol-demo", label: "Script" };
const wrong = await guest.POST("/api/sessions/", { body: { ...carol, password: "wrong" } });
assert.equal(wrong.response.status, 401);
assert.equal((wrong.error as Refusal).code, "invalid_credentials");

// Carol has an authenticator app, which the 401 says.
const halfway = await guest.POST("/api/sessions/", { body: carol });
assert.equal(halfway.response.status, 401);
const asked = halfway.error as Refusal;
assert.equal(asked.code, "second_factor_required");
assert.deepEqual(asked.methods, ["totp"]);
const entered = await guest.POST("/api/sessions/", { body: { ...carol, otp: codeOfApp() } });
const mobile = present(entered.data, entered.error);
assert.deepEqual([mobile.kind, mobile.methods, mobile.aal], ["token", ["password", "totp"], 2]);

// A token of that session: the sign-in is proof enough.
const made = await bearing(mobile.token).POST("/api/sessions/tokens/", {
  body: { label: "Backup", lifetime: 3600 },
});
const backup = present(made.data, made.error);
assert.deepEqual([backup.parent, backup.label, backup.aal], [mobile.id, "Backup", 2]);

// Of a session without a recent proof: 403, with its code and what would prove it.
const early = await bearing(unproven).POST("/api/sessions/tokens/", { body: {} });
assert.equal(early.response.status, 403);
const lacking = early.error as Refusal;
assert.equal(lacking.code, "reauthentication_required");
assert.deepEqual(lacking.methods, ["password"]);

// Confirm, with another password first: 400, by field. The session then has a new token.
const denied = await bearing(unproven).POST("/api/sessions/current/reauthenticate/", {
  body: { password: "wrong" },
});
assert.equal(denied.response.status, 400);
assert.deepEqual((denied.error as FieldErrors)["password"], ["This is not your password."]);
const confirmed = await bearing(unproven).POST("/api/sessions/current/reauthenticate/", {
  body: { password: "bob-demo" },
});
const proven = present(confirmed.data, confirmed.error);
assert.equal((await bearing(unproven).GET("/api/sessions/current/")).response.status, 401);
const granted = await bearing(proven.token).POST("/api/sessions/tokens/");
const script = present(granted.data, granted.error);
assert.equal(granted.response.status, 201);
assert.equal(script.parent, proven.id);

// It ends with the session that it comes from.
assert.equal((await bearing(script.token).GET("/api/sessions/")).response.status, 200);
const closed = await bearing(proven.token).DELETE("/api/sessions/current/");
assert.equal(closed.response.status, 204);

// What the types must refuse: if one of these compiled, its "expected error" would be an error.
export function neverCalled(client: typeof laptop, session: Session): void {
  // @ts-expect-error There is no such state.
  void client.GET("/api/sessions/", { params: { query: { state: "alive" } } });
  // @ts-expect-error The body is missing.
  void client.PATCH("/api/sessions/{id}/", { params: { path: { id: session.id } } });
  // @ts-expect-error There is no such filter.
  const body: SessionsToEnd = { adress: "203.0.113.7" };
  void client.POST("/api/admin/sessions/end/", { body });
  // @ts-expect-error A sign-in needs a password.
  void client.POST("/api/sessions/", { body: { username: "alice" } });
  // @ts-expect-error There is no such code.
  asked.code === "second_factor_requird";
  // @ts-expect-error It can be null.
  session.expires_at.length;
}

console.log(`Listed ${ids.length} sessions, renamed one, ended them all, signed in by a code, and made tokens.`);

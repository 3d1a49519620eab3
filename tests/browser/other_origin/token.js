const API = "https://api.example.com/api/";

/** Sign in. Keep the token in memory: what a page stores, any script in it can read. */
export async function signIn(username, password) {
  const response = await fetch(`${API}sessions/`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ username, password }),
  });
  const body = await response.json();
  if (!response.ok) throw new Error(body.code ?? JSON.stringify(body));
  return body.token;
}

/** Return the user's sessions, from all pages of the list. */
export async function mySessions(token) {
  const sessions = [];
  for (let url = `${API}sessions/`; url; ) {
    const response = await fetch(url, { headers: { "X-Session-Token": token } });
    if (!response.ok) throw new Error(`${response.status}`);
    const page = await response.json();
    sessions.push(...page.results);
    url = page.next;
  }
  return sessions;
}

/** Sign out. The token is good for nothing from now on. */
export async function signOut(token) {
  await fetch(`${API}sessions/current/`, {
    method: "DELETE",
    headers: { "X-Session-Token": token },
  });
}

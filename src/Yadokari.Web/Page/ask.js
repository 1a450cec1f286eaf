// Requests to the server. A failure is an Error whose message is one line for people, with its obstacles.

async function answer(response) {
  let body;
  try { body = await response.json(); } catch { body = { error: response.status === 401 ? "this page has ended: start 'yado web' again" : `the server said ${response.status}` }; }
  if (response.ok) return body;
  const failure = new Error(body.error);
  failure.obstacles = body.obstacles ?? [];
  throw failure;
}

async function reach(path, options) {
  try { return await fetch(path, options); } catch { throw new Error("'yado web' does not answer: has it ended?"); }
}

/** What the address with the token was exchanged for; every request has it. */
export const key = localStorage.getItem("key") ?? "";

export async function get(path) { return answer(await reach(path, { headers: { "yado-key": key } })); }

export async function post(path, body) {
  return answer(await reach(path, { method: "POST", headers: { "content-type": "application/json", "yado-key": key }, body: JSON.stringify(body) }));
}

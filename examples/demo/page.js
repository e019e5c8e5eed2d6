/**
 * The demo's page: one WebSocket, and the messages that went over it with how long each took to come back.
 */
const names = ["status", "address", "toggle", "form", "message", "send", "summary", "log", "empty"];
const [status, address, toggle, form, input, send, summary, log, empty] = names.map((id) =>
  document.getElementById(id)
);

const url = `${location.protocol === "https:" ? "wss:" : "ws:"}//${location.host}/`;
/** How many messages the page keeps. */
const kept = 100;

let socket;
/** Messages sent and not yet answered, the oldest first: an echo answers in order. */
let waiting = [];
/** Round trips in milliseconds. */
const roundTrips = [];

function connect() {
  socket = new WebSocket(url);
  socket.binaryType = "arraybuffer";
  socket.onopen = () => show("open", "Connected");
  socket.onmessage = ({ data }) => receive(data, performance.now());
  socket.onclose = ({ code, reason }) => {
    for (const { reply } of waiting) reply.replaceChildren(...describe("Reply", "←", "", "lost"));
    waiting = [];
    const how = code === 1006 ? "No connection" : `Closed with ${code}`;
    show("closed", reason ? `${how}: ${reason}` : how);
  };
  show("connecting", "Connecting");
}

function show(state, text) {
  status.dataset.state = state;
  status.textContent = text;
  toggle.textContent = state === "closed" ? "Connect" : "Disconnect";
  send.disabled = state !== "open";
}

function transmit(message) {
  const start = performance.now();
  socket.send(message);
  const item = document.createElement("li");
  const sent = document.createElement("p");
  const reply = document.createElement("p");
  sent.append(...describe("Sent", "→", preview(message), size(message)));
  reply.className = "reply";
  reply.append(...describe("Reply", "←", "", "on its way"));
  item.append(sent, reply);
  waiting.push({ reply, start });
  log.prepend(item);
  if (log.children.length > kept) log.lastChild.remove();
  empty.hidden = true;
}

function receive(message, now) {
  const { reply, start } = waiting.shift() ?? {};
  if (reply === undefined) return;
  roundTrips.push(now - start);
  reply.replaceChildren(...describe("Reply", "←", preview(message), format(now - start)));
  const sorted = roundTrips.toSorted((one, other) => one - other);
  const median = sorted[Math.floor(sorted.length / 2)];
  summary.textContent = `${sorted.length} ${sorted.length === 1 ? "reply" : "replies"}, median ${
    format(median)
  }`;
}

/** The parts of a line: what it is, the message, and what there is to say of it. */
function describe(label, arrow, message, note) {
  const parts = [["span", "arrow", arrow], ["span", "label", `${label}: `], ["code", "", message], [
    "span",
    "note",
    note,
  ]];
  return parts.map(([name, className, text]) => {
    const element = document.createElement(name);
    element.className = className;
    element.textContent = text;
    if (className === "arrow") element.ariaHidden = "true";
    return element;
  });
}

/** The beginning of a message, bytes in hexadecimal. */
function preview(message) {
  if (typeof message === "string") return message.length > 400 ? `${message.slice(0, 400)}…` : message;
  const bytes = new Uint8Array(message);
  const shown = [...bytes.subarray(0, 32)].map((byte) => byte.toString(16).padStart(2, "0")).join(" ");
  return bytes.length > 32 ? `${shown} …` : shown;
}

function size(message) {
  const [count, unit] = typeof message === "string"
    ? [[...message].length, "char"]
    : [message.byteLength, "byte"];
  return `${count} ${unit}${count === 1 ? "" : "s"}`;
}

function format(milliseconds) {
  return `${milliseconds < 10 ? milliseconds.toFixed(1) : Math.round(milliseconds)} ms`;
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  if (socket.readyState !== WebSocket.OPEN) return;
  const { message, type } = form.elements;
  transmit(type.value === "binary" ? new TextEncoder().encode(message.value) : message.value);
  // Enter sends it again, typing replaces it.
  message.select();
});

toggle.addEventListener("click", () => {
  if (socket.readyState === WebSocket.CLOSED) connect();
  else socket.close(1000, "Disconnect was pressed");
});

address.textContent = url.replace(/\/$/, "");
input.focus();
input.select();
connect();

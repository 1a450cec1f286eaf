// Figures and times as people read them.

const units = ["B", "KiB", "MiB", "GiB", "TiB"];

export function size(bytes) {
  if (bytes === undefined || bytes === null) return "–";
  let step = 0, value = bytes;
  while (value >= 1024 && step < units.length - 1) { value /= 1024; step++; }
  return `${value < 10 && step > 0 ? value.toFixed(1) : Math.round(value)} ${units[step]}`;
}

export function span(milliseconds) {
  if (milliseconds === undefined || milliseconds === null) return "–";
  if (milliseconds < 1000) return `${milliseconds < 10 ? milliseconds.toFixed(1) : Math.round(milliseconds)} ms`;
  const seconds = milliseconds / 1000;
  if (seconds < 60) return `${seconds < 10 ? seconds.toFixed(1) : Math.round(seconds)} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min`;
  if (seconds < 86400) return `${Math.floor(seconds / 3600)} h ${Math.floor(seconds % 3600 / 60)} min`;
  return `${Math.floor(seconds / 86400)} d ${Math.floor(seconds % 86400 / 3600)} h`;
}

export function number(value, digits = 1) {
  return value === undefined || value === null ? "–" : value.toFixed(digits);
}

export function clock(at, withSeconds = true) {
  const time = new Date(at);
  const two = n => String(n).padStart(2, "0");
  const day = new Date().toDateString() === time.toDateString() ? "" : `${time.getFullYear()}-${two(time.getMonth() + 1)}-${two(time.getDate())} `;
  return `${day}${two(time.getHours())}:${two(time.getMinutes())}${withSeconds ? ":" + two(time.getSeconds()) : ""}`;
}

/// How long a job stood still, as a class of the style sheet.
export function speed(downtime) {
  return downtime === undefined || downtime === null ? "unknown" : downtime < 100 ? "fast" : downtime < 1000 ? "mid" : "slow";
}

/// An element with text and children; text is never HTML.
export function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (key === "class") made.className = value;
    else if (key.startsWith("on")) made.addEventListener(key.slice(2), value);
    else made.setAttribute(key, value === true ? "" : value);
  }
  made.append(...children.filter(child => child !== undefined && child !== null));
  return made;
}

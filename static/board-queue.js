// What stands on the board, without page or clock: each new call is at least eight seconds on top, however many come
// together, and then joins the earlier ones. Times are milliseconds of any clock that runs forward.
export const ON_TOP = 8000;
const SHOWN = 5;

export class CallQueue {
  shown = []; // newest first, each ticket once
  waiting = []; // oldest first
  since = -Infinity;
  last = 0;

  // Begin anew with what the server says: the first look, another day, or after a long silence.
  reset(calls, now) {
    this.shown = calls.slice(0, SHOWN);
    this.waiting = [];
    this.since = now;
    this.last = Math.max(0, ...calls.map((call) => call.number));
  }

  // `calls` as the server tells them, newest first. A repeated call has a new number and stands on top again.
  receive(calls) {
    const fresh = calls.filter((call) => call.number > this.last).reverse();
    for (const call of fresh) {
      this.waiting = this.waiting.filter((other) => other.ticket !== call.ticket);
      this.waiting.push(call);
      this.last = call.number;
    }
  }

  // The call that goes on top now, if one does.
  advance(now) {
    if (!this.waiting.length || (this.shown.length && now - this.since < ON_TOP)) return null;
    const call = this.waiting.shift();
    this.shown = [call, ...this.shown.filter((other) => other.ticket !== call.ticket)].slice(0, SHOWN);
    this.since = now;
    return call;
  }
}

// "A-005" at 3 is said "Turno A 5, ventanilla 3", in the words of the page.
export function spoken({ ticket, window }) {
  const [series, number] = ticket.split("-");
  const { spoken: words } = document.querySelector("[data-spoken]").dataset;
  return words.replaceAll("{series}", series).replaceAll("{number}", Number(number)).replaceAll("{window}", window);
}

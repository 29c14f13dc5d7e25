// Times that run: the hold of step 8 (seen every second, spoken only at two minutes and at thirty seconds)
// and the wait before another code can be sent. The sentences are the page's, with {time} in them.
const say = (sentence, seconds) =>
  sentence.replaceAll("{time}", (seconds >= 60 ? `${Math.floor(seconds / 60)} min ` : "") + `${seconds % 60} s`);

// Calls `show` with the whole seconds left until none are. The clock of the machine, not the ticks, decides:
// a page in the background ticks rarely.
function countDown(seconds, show) {
  const end = Date.now() + seconds * 1000;
  let shown;
  const tick = () => {
    const left = Math.max(0, Math.ceil((end - Date.now()) / 1000));
    if (left !== shown) show(left, shown ?? left + 1);
    shown = left;
    if (!left) clearInterval(timer);
  };
  const timer = setInterval(tick, 250);
  tick();
}

const left = document.querySelector("[data-left]");
if (left) {
  const hold = left.closest(".hold");
  const bar = hold?.querySelector("progress");
  const speak = hold?.querySelector("[data-say]");
  const { words, one, spoken, over } = left.dataset;
  countDown(Number(left.dataset.left), (seconds, before) => {
    left.textContent = seconds ? say(seconds === 1 ? one : words, seconds) : over;
    if (bar) bar.value = seconds;
    const passed = [120, 30, 0].some((mark) => seconds <= mark && mark < before);
    if (passed && speak) speak.textContent = seconds ? say(spoken, seconds) : over;
  });
}

const wait = document.querySelector("[data-resend]");
if (wait) {
  const { words, over } = wait.dataset;
  countDown(Number(wait.dataset.resend), (seconds) => {
    wait.textContent = seconds ? say(words, seconds) : over;
  });
}

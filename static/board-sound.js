// A chime and a voice. Browsers let a page sound only after somebody has pressed something, so a button asks once.
import { spoken } from "./board-queue.js";

let audio = null;

export function offerSound(button) {
  button.hidden = false;
  button.addEventListener("click", () => {
    audio = new AudioContext();
    button.textContent = button.dataset.on;
    button.disabled = true;
    chime();
    say(button.dataset.on);
  });
}

export function announce(call) {
  if (!audio) return;
  chime();
  setTimeout(() => say(spoken(call)), 900);
}

function chime() {
  for (const [note, start] of [[659, 0], [523, 0.35]]) {
    const tone = audio.createOscillator();
    const volume = audio.createGain();
    const from = audio.currentTime + start;
    tone.frequency.value = note;
    volume.gain.setValueAtTime(0.4, from);
    volume.gain.exponentialRampToValueAtTime(0.001, from + 0.8);
    tone.connect(volume).connect(audio.destination);
    tone.start(from);
    tone.stop(from + 0.8);
  }
}

function say(text) {
  if (!("speechSynthesis" in window)) return;
  const words = new SpeechSynthesisUtterance(text);
  words.lang = document.documentElement.lang;
  words.rate = 0.9;
  const [language] = words.lang.split("-");
  words.voice = speechSynthesis.getVoices().find((voice) => voice.lang.startsWith(language)) ?? null;
  speechSynthesis.speak(words);
}

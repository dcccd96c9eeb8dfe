/* Where a form asks for one more step, the browser does a second of work instead of letting a person wait. */
(() => {
  const note = document.querySelector("[data-work]");
  const proof = note?.closest("form")?.elements.namedItem("proof");
  if (!proof || !window.crypto?.subtle) return;
  const { parameters, signature } = JSON.parse(note.dataset.work);
  const bytes = (hex) => Uint8Array.from(hex.match(/../g), (pair) => parseInt(pair, 16));
  const hex = (buffer) => Array.from(new Uint8Array(buffer), (b) => b.toString(16).padStart(2, "0")).join("");
  const kdf = { name: "PBKDF2", hash: "SHA-256", salt: bytes(parameters.salt), iterations: parameters.cost };
  const nonce = bytes(parameters.nonce);
  const password = new Uint8Array(nonce.length + 4);
  password.set(nonce);
  const derive = async (counter) => {
    new DataView(password.buffer).setUint32(nonce.length, counter);
    const key = await crypto.subtle.importKey("raw", password, "PBKDF2", false, ["deriveBits"]);
    return hex(await crypto.subtle.deriveBits(kdf, key, parameters.keyLength * 8));
  };
  const solve = async () => {
    for (let counter = 0; ; counter++) {
      const derivedKey = await derive(counter);
      if (derivedKey.startsWith(parameters.keyPrefix)) return { counter, derivedKey };
    }
  };
  solve().then((solution) => {
    proof.value = btoa(JSON.stringify({ challenge: { parameters, signature }, solution }));
    note.querySelector("[role=status]").textContent = note.dataset.readyText;
  });
})();

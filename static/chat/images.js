// Pictures: chosen or pasted, made smaller before they cost anybody's data.

const SIDE = 2000; // pixels; a screenshot stays readable
const HEAVY = 1.5e6; // bytes; lighter ones go as they are

async function shrink(file) {
  const picture = await createImageBitmap(file);
  const ratio = Math.min(1, SIDE / Math.max(picture.width, picture.height));
  if (ratio === 1 && file.size < HEAVY) return file;
  const canvas = document.createElement("canvas"), brush = canvas.getContext("2d");
  canvas.width = Math.round(picture.width * ratio);
  canvas.height = Math.round(picture.height * ratio);
  brush.fillStyle = "#fff"; // JPEG knows no transparency
  brush.fillRect(0, 0, canvas.width, canvas.height);
  brush.drawImage(picture, 0, 0, canvas.width, canvas.height);
  return new Promise((done) => canvas.toBlob((blob) => done(blob || file), "image/jpeg", 0.85));
}

/** Call send(blob, name) for each picture among files; refuse() if there is something else. */
async function offer(files, send, refuse) {
  for (const file of files) {
    if (!file.type.startsWith("image/")) refuse();
    else send(await shrink(file).catch(() => file), file.name || "gambar.png"); // unreadable here: the server judges
  }
}

export function watch({ button, input, field, send, refuse }) {
  button.hidden = false;
  button.addEventListener("click", () => input.click());
  input.addEventListener("change", async () => {
    await offer([...input.files], send, refuse);
    input.value = "";
  });
  field.addEventListener("paste", (event) => {
    const files = [...event.clipboardData.files];
    if (!files.length) return;
    event.preventDefault();
    offer(files, send, refuse);
  });
}

// Files that the page of a trace is saved as.
import { join } from "node:path";

async function save(page, link, dir) {
  const saved = page.waitForEvent("download");
  await page.getByRole("link", { name: link }).click();
  const download = await saved;
  const file = join(dir, download.suggestedFilename());
  await download.saveAs(file);
  return file;
}

// saveHTML and saveJSON save the trace of a page into a directory, and return the file's path.
export const saveHTML = (page, dir) => save(page, "Save as HTML", dir);
export const saveJSON = (page, dir) => save(page, "Save as JSON", dir);

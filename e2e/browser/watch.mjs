// What must never happen on a page, whatever a log says.
import assert from "node:assert/strict";

// watch takes note of what a page asks for elsewhere, and of what it complains of, until it is closed.
// What matches expected may be complained of.
export function watch(page, expected = /(?!)/) {
  const wrong = [];
  let origin = "";
  page.on("request", (request) => {
    const url = new URL(request.url());
    // The first document is what the test has opened, and a saved page is opened by itself.
    if (!origin && request.isNavigationRequest()) origin = url.origin;
    const own = url.protocol === "file:" ? request.isNavigationRequest() : url.origin === origin;
    if (!own) wrong.push(`a request to ${request.url().slice(0, 200)}`);
  });
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type()) && !expected.test(message.text())) wrong.push(`${message.type()}: ${message.text()}`);
  });
  page.on("pageerror", (error) => wrong.push(`error: ${error.stack}`));
  page.on("popup", (popup) => wrong.push(`a window of ${popup.url()}`));
  page.on("dialog", (dialog) => {
    wrong.push(`dialog: ${dialog.message()}`);
    return dialog.dismiss();
  });
  return { wrong, check: () => assert.deepEqual(wrong, []) };
}

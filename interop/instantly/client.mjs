// The command line client of Instantly's API, as it is published, sent to another base address.
//
// BASE is what stands in the place of `https://api.instantly.ai`; INSTANTLY_API_KEY is the key. The arguments are the client's own.

const real = globalThis.fetch;
globalThis.fetch = (url, options) => {
  const text = String(url);
  if (!text.startsWith("https://api.instantly.ai/")) {
    throw new Error(`the client asks elsewhere: ${text}`);
  }
  return real(text.replace("https://api.instantly.ai", process.env.BASE), options);
};

await import("./node_modules/instantly-cli/dist/index.js");

// The HTML page that Jetty answers errors with; the message is in a table cell (facts warp10 §1.0).

const REASONS: Readonly<Record<number, string>> = {
  400: "Bad Request",
  403: "Forbidden",
  404: "Not Found",
  414: "URI Too Long",
  429: "Too Many Requests",
  431: "Request Header Fields Too Large",
  500: "Server Error",
  502: "Bad Gateway",
  503: "Service Unavailable",
  504: "Gateway Timeout",
};

/** The generic reason of a status, which is also its message where none is given. */
export function reasonOf(status: number): string {
  return REASONS[status] ?? "Unknown";
}

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  "'": "&apos;",
  '"': "&quot;",
};

function sanitized(text: string): string {
  return text
    .replaceAll(/[&<>'"]/g, (c) => ENTITIES[c] ?? c)
    .replaceAll(/[^\t\n\r\u0020-\u00ff]/g, "?");
}

/** The page's bytes (ISO-8859-1). */
export function errorPage(status: number, message: string, path: string): Buffer {
  const text = sanitized(message);
  const rows = [
    ["URI", sanitized(path)],
    ["STATUS", String(status)],
    ["MESSAGE", text],
    ["SERVLET", "-"],
  ];
  const page = [
    "<html>",
    "<head>",
    '<meta http-equiv="Content-Type" content="text/html;charset=ISO-8859-1"/>',
    `<title>Error ${status} ${text}</title>`,
    "</head>",
    `<body><h2>HTTP ERROR ${status} ${text}</h2>`,
    "<table>",
    ...rows.map(([name, value]) => `<tr><th>${name}:</th><td>${value}</td></tr>`),
    "</table>",
    "",
    "</body>",
    "</html>",
    "",
  ];
  return Buffer.from(page.join("\n"), "latin1");
}

/** A page with the tracker in its head. */
export const page = (title, ...content) => `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>${title}</title>
    <link rel="stylesheet" href="/style.css">
    <script async src="${process.env.HEADWATER_URL}/js/headwater.js"
      data-program-id="${process.env.HEADWATER_PROGRAM}" data-website-id="${process.env.HEADWATER_WEBSITE}"></script>
  </head>
  <body>
    <main>
      <h1>${title}</h1>
      ${content.join('\n      ')}
    </main>
  </body>
</html>
`;

import PDFDocument from 'pdfkit';

/** A4 in points, with room to file it. */
const margin = 56;
const ink = '#16202c';
const faint = '#6b7785';
const line = '#d9dfe6';
const accent = '#0b6e8f';

export interface Column {
  title: string;
  /** Share of the width. */
  width: number;
  align?: 'left' | 'right';
}

/** A printed page: what invoices and statements look like, and nothing of what they say. */
export interface Paper {
  title(kind: string, name: string): void;
  /** Pairs of label and value, side by side. */
  facts(facts: readonly (readonly [string, string])[]): void;
  table(columns: readonly Column[], rows: readonly (readonly string[])[]): void;
  /** Sums at the right; the last one stands out. */
  sums(sums: readonly (readonly [string, string])[]): void;
  note(text: string): void;
  finish(): Promise<Buffer>;
}

export function openPaper(about: { title: string; createdAt: Date }): Paper {
  const pdf = new PDFDocument({
    size: 'A4',
    margin,
    bufferPages: true,
    info: { Title: about.title, Creator: 'Headwater', CreationDate: about.createdAt },
  });
  const width = pdf.page.width - 2 * margin;
  const bottom = () => pdf.page.height - margin - 24;
  const chunks: Buffer[] = [];
  pdf.on('data', (chunk: Buffer) => chunks.push(chunk));
  const done = new Promise<void>((resolve) => pdf.on('end', resolve));

  const rule = (y: number, colour = line) =>
    pdf
      .moveTo(margin, y)
      .lineTo(margin + width, y)
      .lineWidth(0.7)
      .strokeColor(colour)
      .stroke();

  function row(columns: readonly Column[], cells: readonly string[], isHead: boolean): void {
    pdf
      .font(isHead ? 'Helvetica-Bold' : 'Helvetica')
      .fontSize(isHead ? 8 : 9.5)
      .fillColor(isHead ? faint : ink);
    const { y } = pdf;
    let x = margin;
    for (const [index, column] of columns.entries()) {
      const columnWidth = column.width * width;
      const text = fitted(printable(cells[index] ?? ''), columnWidth - 8, isHead);
      const indent = column.align === 'right' ? columnWidth - 8 - widthOf(text, isHead) : 0;
      // Placed by ourselves: laying out a paragraph takes ten times as long, and a table has thousands.
      pdf.text(text, x + indent, y, { lineBreak: false });
      x += columnWidth;
    }
    pdf.y = y + (isHead ? 15 : 19);
    rule(pdf.y - 5);
  }

  // In the two fonts of rows. Days, words and amounts come again and again, and measuring takes a step a letter.
  const widths = { head: new Map<string, number>(), body: new Map<string, number>() };

  function widthOf(text: string, isHead: boolean): number {
    const known = isHead ? widths.head : widths.body;
    const measured = known.get(text) ?? pdf.widthOfString(text);
    known.set(text, measured);
    return measured;
  }

  /** As much of a text as there is room for. */
  function fitted(text: string, room: number, isHead: boolean): string {
    if (widthOf(text, isHead) <= room) return text;
    let end = text.length;
    while (end > 0 && pdf.widthOfString(`${text.slice(0, end)}…`) > room) end -= 1;
    return `${text.slice(0, end)}…`;
  }

  return {
    title(kind, name) {
      pdf.rect(margin, margin, 28, 3).fill(accent);
      pdf
        .fillColor(ink)
        .font('Helvetica-Bold')
        .fontSize(22)
        .text(kind, margin, margin + 14);
      pdf
        .font('Helvetica')
        .fontSize(11)
        .fillColor(faint)
        .text(printable(name), margin, pdf.y + 2);
      pdf.y += 20;
    },
    facts(facts) {
      const each = width / facts.length;
      const { y } = pdf;
      for (const [index, [label, value]] of facts.entries()) {
        const x = margin + index * each;
        pdf
          .font('Helvetica')
          .fontSize(8)
          .fillColor(faint)
          .text(label, x, y, { width: each - 8 });
        pdf
          .font('Helvetica-Bold')
          .fontSize(10)
          .fillColor(ink)
          .text(printable(value), x, y + 12, { width: each - 8, height: 26, ellipsis: true });
      }
      pdf.y = y + 52;
    },
    table(columns, rows) {
      const head = columns.map(({ title }) => title);
      if (pdf.y > bottom() - 60) pdf.addPage();
      row(columns, head, true);
      for (const cells of rows) {
        if (pdf.y > bottom()) {
          pdf.addPage();
          row(columns, head, true);
        }
        row(columns, cells, false);
      }
      pdf.y += 10;
    },
    sums(sums) {
      if (pdf.y > bottom() - 20 * sums.length) pdf.addPage();
      for (const [index, [label, value]] of sums.entries()) {
        const isLast = index === sums.length - 1;
        const { y } = pdf;
        pdf
          .font(isLast ? 'Helvetica-Bold' : 'Helvetica')
          .fontSize(isLast ? 13 : 10)
          .fillColor(isLast ? accent : ink);
        pdf.text(label, margin + width * 0.45, y, { width: width * 0.3 });
        pdf.text(value, margin + width * 0.7, y, { width: width * 0.3 - 8, align: 'right' });
        pdf.y = y + (isLast ? 26 : 18);
      }
    },
    note(text) {
      pdf.font('Helvetica').fontSize(8.5).fillColor(faint);
      pdf.text(printable(text), margin, pdf.y + 6, { width });
    },
    async finish() {
      const { start, count } = pdf.bufferedPageRange();
      for (let page = start; page < start + count; page += 1) {
        pdf.switchToPage(page);
        // Below the margin, where text would begin a page of its own.
        pdf.page.margins.bottom = 0;
        const y = pdf.page.height - margin + 8;
        pdf.font('Helvetica').fontSize(8).fillColor(faint);
        pdf.text(printable(about.title), margin, y, { width: width / 2, lineBreak: false });
        pdf.text(`${page + 1} / ${count}`, margin + width / 2, y, { width: width / 2, align: 'right' });
      }
      pdf.end();
      await done;
      return Buffer.concat(chunks);
    },
  };
}

/** The standard fonts hold western European letters; for others stands a question mark, not a wrong letter. */
function printable(text: string): string {
  return text.normalize('NFC').replaceAll(/[^\u0020-\u007e\u00a0-\u00ff–—‘’“”€…•]/gu, '?');
}

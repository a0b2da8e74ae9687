/** Texts of the bar. */
export const en = {
  take: "Take it with you",
  copyEmbed: "Copy embed code",
  copyCode: "Copy as JavaScript",
  copyLink: "Copy permalink",
  copied: "Copied.",
  copyFailed: "The browser did not allow copying. Here is the text:",
  downloadPng: "PNG",
  downloadSvg: "SVG",
  downloadCsv: "CSV",
  download: "Download {what}",
  downloadFailed: "The picture could not be written: {reason}",
  table: "Data tables",
} as const;

export const zh: Readonly<Record<keyof typeof en, string>> = {
  take: "带走它",
  copyEmbed: "复制嵌入代码",
  copyCode: "复制为 JavaScript",
  copyLink: "复制固定链接",
  copied: "已复制。",
  copyFailed: "浏览器不允许复制，请手动复制下面的内容：",
  downloadPng: "PNG",
  downloadSvg: "SVG",
  downloadCsv: "CSV",
  download: "下载 {what}",
  downloadFailed: "图片没有写成：{reason}",
  table: "数据表",
};

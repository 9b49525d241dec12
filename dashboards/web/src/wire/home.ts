/** The page's own address for sockets: there any node that lives answers, and says where else to go. */
export function socketUrl(): string {
  return `${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/ws`;
}

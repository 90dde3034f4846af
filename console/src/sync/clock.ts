// Server time: the median offset of the last five marks, so that every countdown means the same instant (SY-15).
export class ServerClock {
  private offsets: number[] = [];

  heard(serverNow: string, localNow: number): void {
    this.offsets = [...this.offsets.slice(-4), Date.parse(serverNow) - localNow];
  }

  offset(): number {
    const sorted = [...this.offsets].sort((a, b) => a - b);
    return sorted[Math.floor(sorted.length / 2)] ?? 0;
  }
}

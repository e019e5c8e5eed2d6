/**
 * One feed as a line over the last minute. Knows nothing of topics.
 *
 * @module
 */
/// <reference lib="dom" />
import uPlot from "uplot";

/** Seconds that a chart shows at first, and at most. */
const [firstSpan, span] = [15, 60];
const height = 120;

/** A chart. */
export class FeedChart {
  readonly #plot: uPlot;
  readonly #times: number[] = [];
  readonly #values: number[] = [];
  readonly #observer: ResizeObserver;

  /** Draws into an element, as wide as that is; `format` writes the axis. */
  constructor(place: HTMLElement, format: (value: number) => string) {
    const colour = (name: string) => () => getComputedStyle(place).getPropertyValue(name);
    const axis = { stroke: colour("--faint"), font: "12px system-ui, sans-serif", ticks: { show: false } };
    this.#plot = new uPlot(
      {
        width: Math.max(place.clientWidth, 100),
        height,
        legend: { show: false },
        cursor: { show: false },
        padding: [8, 8, 0, 0],
        scales: {
          x: { range: (_plot, min, max) => [Math.min(min, max - firstSpan), max] },
          y: { range: (_plot, _min, max) => [0, max > 0 ? max * 1.15 : 1] },
        },
        axes: [
          {
            ...axis,
            grid: { show: false },
            size: 24,
            splits: (_plot, _index, min, max) => {
              const step = max - min > 30 ? 15 : 5;
              return [3, 2, 1].map((steps) => max - steps * step).filter((split) => split > min + step / 2);
            },
            values: (plot, splits) =>
              splits.map((split) => `${Math.round(plot.scales["x"]!.max! - split)} s ago`),
          },
          {
            ...axis,
            size: 76,
            space: 32,
            grid: { stroke: colour("--line"), width: 1 },
            values: (_plot, splits) => splits.map(format),
          },
        ],
        series: [{}, {
          stroke: colour("--thread"),
          width: 2,
          fill: colour("--haze"),
          points: { show: false },
        }],
      },
      [this.#times, this.#values],
      place,
    );
    this.#observer = new ResizeObserver(() => {
      if (place.clientWidth > 0) this.#plot.setSize({ width: place.clientWidth, height });
    });
    this.#observer.observe(place);
    scheme.addEventListener("change", this.#redraw);
  }

  /** Adds a value, at a time in seconds. */
  add(time: number, value: number): void {
    this.#times.push(time);
    this.#values.push(value);
    while (this.#times[0]! < time - span) {
      this.#times.shift();
      this.#values.shift();
    }
    this.#plot.setData([this.#times, this.#values]);
  }

  /** Takes the chart away. */
  destroy(): void {
    scheme.removeEventListener("change", this.#redraw);
    this.#observer.disconnect();
    this.#plot.destroy();
  }

  readonly #redraw = (): void => this.#plot.redraw();
}

const scheme = matchMedia("(prefers-color-scheme: dark)");

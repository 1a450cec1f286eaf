// A map that grows, numbers that need every bit of a double, a collector that has work to do.
let x = 1, kept = new Map(), sum = 0;
for (let i = 1; i <= 2500000; i++) {
  x = (Math.imul(x, 1664525) + 1013904223) >>> 0;
  kept.set(x % 200000, { at: i, value: Math.sin(x) });
  sum += Math.sqrt(x) / i;
  if (i % 250000 === 0) console.log(i, kept.size, sum, kept.get(x % 200000).value);
}

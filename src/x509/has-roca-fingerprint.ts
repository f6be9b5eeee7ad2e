/**
 * Whether an RSA modulus looks like one of Infineon's RSALib (ROCA, CVE-2017-15361): modulo each
 * small prime it is a power of 65537, because both of its factors are. The primes are those of the
 * library's primorial for 512-bit keys (Nemec et al., "The Return of Coppersmith's Attack", section
 * 2). Fewer than one in 2^20 other moduli match by chance.
 */
export function hasRocaFingerprint(modulus: Uint8Array): boolean {
  const residue = BigInt(`0x${Buffer.from(modulus).toString('hex')}`) % PRIMORIAL;
  return POWERS.every(([prime, powers]) => powers.has(Number(residue % BigInt(prime))));
}

const GENERATOR = 65_537;
const PRIMES = [
  3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83, 89, 97, 101,
  103, 107, 109, 113, 127, 131, 137, 139, 149, 151, 157, 163, 167,
];
const PRIMORIAL = PRIMES.reduce((product, prime) => product * BigInt(prime), 1n);
const POWERS = PRIMES.map((prime) => [prime, powersModulo(prime)] as const);

function powersModulo(prime: number): ReadonlySet<number> {
  const powers = new Set<number>();
  for (let power = 1; !powers.has(power); power = (power * GENERATOR) % prime) powers.add(power);
  return powers;
}

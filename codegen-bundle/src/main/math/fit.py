"""Makes float32.constants and float64.constants: polynomials near minimax (Chebyshev) and split constants; prints those of blocks.java.

python3 fit.py OUTPUT_FOLDER     needs mpmath and numpy
"""
import sys
import mpmath as mp
import numpy as np

mp.mp.dps = 80


def series(f, coefficients):
    """f, but its power series near 0 where f cancels."""
    def g(x):
        x = mp.mpf(x)
        return mp.polyval(coefficients[::-1], x) if abs(x) < mp.mpf('1e-9') else f(x)
    return g


def odd(f, coefficients):
    """(f(sqrt z) - c sqrt z) / (z sqrt z) for an odd function f."""
    def g(z):
        x = mp.sqrt(z)
        return (f(x) - mp.diff(f, 0) * x) / (x * z)
    return series(g, coefficients)


def minimax(f, weight, lo, hi, n):
    """n coefficients, highest first, that make the largest weighted error smallest: Remez's exchange on a grid."""
    grid = [lo + (hi - lo) * mp.mpf(k) / 1000 for k in range(1001)]
    values, weights = [f(x) for x in grid], [weight(x) for x in grid]
    points = [(lo + hi) / 2 - (hi - lo) / 2 * mp.cos(mp.pi * (2 * k + 1) / (2 * n + 2)) for k in range(n + 1)]
    for _ in range(12):
        a = mp.matrix([[x ** (n - 1 - j) for j in range(n)] + [(-1) ** i / weight(x)] for i, x in enumerate(points)])
        c = list(mp.lu_solve(a, mp.matrix([f(x) for x in points])))[:n]
        e = [(mp.polyval(c, x) - v) * w for x, v, w in zip(grid, values, weights)]
        runs = [[0]]  # of one sign
        for i in range(1, len(grid)):
            if mp.sign(e[i]) == mp.sign(e[i - 1]):
                runs[-1].append(i)
            else:
                runs.append([i])
        most = [max(run, key=lambda i: abs(e[i])) for run in runs]
        while len(most) > n + 1:
            most.pop(0 if abs(e[most[0]]) < abs(e[most[-1]]) else -1)
        assert len(most) == n + 1
        points = [grid[i] for i in most]
    return c

H = mp.log(2) / 2 * mp.mpf('1.0001')
Q = (mp.pi / 4 * mp.mpf('1.0001')) ** 2
T = mp.mpf('0.41422') ** 2
S = ((mp.sqrt(2) - 1) / (mp.sqrt(2) + 1)) ** 2 * mp.mpf('1.0001')
C = 2 / mp.sqrt(mp.pi)
E = series(lambda r: (mp.expm1(r) - r) / r ** 2, [mp.mpf(1) / 2, mp.mpf(1) / 6])
POLYNOMIALS = [  # name, function, range, coefficients for float32 and float64
    ('EXP', E, -H, H, 5, 11),
    ('EXPNEG', E, -H, H, 4, 11),
    ('LOG', series(lambda f: (mp.log1p(f) - f + f * f / 2) / f ** 3, [mp.mpf(1) / 3, mp.mpf(-1) / 4]),
     mp.sqrt(.5) - 1, mp.sqrt(2) - 1, 10, 23),
    ('SIN', odd(mp.sin, [mp.mpf(-1) / 6, mp.mpf(1) / 120]), 0, Q, 4, 7),
    ('COS', series(lambda z: (mp.cos(mp.sqrt(z)) - 1 + z / 2) / z ** 2, [mp.mpf(1) / 24, mp.mpf(-1) / 720]), 0, Q, 3, 7),
    ('ASIN', odd(mp.asin, [mp.mpf(1) / 6, mp.mpf(3) / 40]), 0, mp.mpf('0.25001'), 6, 14),
    ('ATAN', odd(mp.atan, [mp.mpf(-1) / 3, mp.mpf(1) / 5]), 0, T, 5, 12),
    ('SINH', odd(mp.sinh, [mp.mpf(1) / 6, mp.mpf(1) / 120]), 0, 1, 4, 8),
    ('ERF', odd(mp.erf, [-C / 3, C / 10]), 0, 1, 7, 13),
    ('ERFC_NEAR', lambda a: -mp.log(mp.erfc(a)), 1, mp.mpf('2.5'), 8, 18),
    ('ERFC_FAR', lambda a: -mp.log(mp.erfc(a)), mp.mpf('2.5'), None, 6, 16),
    ('ATANH', series(lambda z: (mp.atanh(mp.sqrt(z)) - mp.sqrt(z) - z * mp.sqrt(z) / 3) / (z ** 2 * mp.sqrt(z)),
                     [mp.mpf(1) / 5, mp.mpf(1) / 7]), 0, S, 4, 9),
]

# In ulps, found by random search: e^x, all roundings included, is within 1.009 ulp, not 1.014; of EXPNEG within 2.085 from -1.1 on, not
# 2.1, and 5.03 to -87.
MOVED = {'EXP': (-60, 12, -15, 6, 1), 'EXPNEG': (-130, 157, -16, -5)}


def constants(single):
    rnd = (lambda x: mp.mpf(float(np.float32(float(x))))) if single else (lambda x: mp.mpf(float(x)))
    m, bias = (23, 127) if single else (52, 1023)
    ints = np.int32 if single else np.int64
    real = np.float32 if single else np.float64
    out = []

    def text(x):
        return str(real(float(x)))

    def add(name, x):
        out.append((name, text(x)))
        return rnd(x)

    def split(name, x, words=2):
        rest = x
        for w in range(words):
            rest -= add(name if w == 0 else name + '_LOW', rest)

    for name, f, lo, hi, n, nd in POLYNOMIALS:
        if hi is None:
            hi = 4 if single else 6
        if name in MOVED and single:
            # by its part in the error of e^r: an ulp below 1 is half of one above; never 0, which no grid point may weigh
            c = minimax(f, lambda r: (abs(r) + mp.mpf('1e-3')) ** 2 * (1 if r < 0 else mp.mpf(1) / 2), lo, hi, n)
            c = [(np.float32(float(x)).view(np.int32) + np.int32(u)).view(np.float32) for x, u in zip(c, MOVED[name])]
        else:
            c = mp.chebyfit(f, [mp.mpf(lo), mp.mpf(hi)], n if single else nd)
        out.append((name, ', '.join(text(x) for x in c)))
        if name == 'EXP':  # expm1(-2r) / -2 = r + r^2 p(r), exact multiples
            out.append(('TANH', ', '.join(text(rnd(x) * (-2) ** (len(c) - i)) for i, x in enumerate(c))))
    add('LOG2E', 1 / mp.log(2))
    split('LN2', mp.log(2))
    add('HALF_LN2', mp.log(2) / 2)
    short = mp.mpf('0.693359375') if single else mp.floor(mp.log(2) * 2 ** 32) / 2 ** 32
    add('LOG_LN2', short)
    add('LOG_LN2_LOW', mp.log(2) - short)
    split('TWO_LOG2E', 2 / mp.log(2))
    split('THIRD', mp.mpf(1) / 3)
    add('TWO_OVER_PI', 2 / mp.pi)
    rest = mp.pi / 2
    for w in '123':
        rest -= add('PIO2_' + w, rest)
    split('PIO4', mp.pi / 4)
    split('PIO2', mp.pi / 2)
    split('PI', mp.pi)
    add('TAN_PIO8', mp.tan(mp.pi / 8))
    add('TAN_3PIO8', mp.tan(3 * mp.pi / 8))
    split('TWO_OVER_SQRT_PI', C)
    magic = real(1.5 * 2 ** m)
    add('MAGIC', magic)
    add('EXP_MAGIC', magic + real(bias))
    up = 64 if single else 512
    add('DOWN', 2.0 ** -up)
    sub = m + 2
    add('MAGIC_SUBNORMAL', magic + real(sub))
    add('SUBNORMAL_SCALE', 2.0 ** sub)
    add('QUOTIENT_MAX', 2.0 ** (m - 2))
    add('ROUND', 2.0 ** m)
    add('WHOLE', 2.0 ** (m + 1))
    add('NORMAL_MIN', 2.0 ** (1 - bias))
    add('TINY', 1e-9 if single else 1e-18)
    big = bias + 1
    top = mp.mpf(2) ** big * (1 - mp.mpf(2) ** -(m + 2))
    add('EXP_MAX', real(float(mp.log(top))))
    add('EXP_MIN', mp.log(mp.mpf(2) ** (2 - bias - m - 2)))
    add('EXP_NORMAL', 87.0 if single else 708.0)
    add('EXPHALF_MAX', real(float(mp.log(2 * top))))
    add('EXPM1_MIN', -18.0 if single else -40.0)
    add('TANH_MAX', 9.5 if single else 20.0)
    add('ERF_MAX', 4 if single else 6)
    add('TRIG_MAX', 30000.0 if single else 1e6)
    add('ATAN2_MAX', 1e37 if single else 1e307)
    add('ATAN2_MIN', 1e-36 if single else 1e-306)
    add('POW_MAX', float(big))
    add('POW_MIN', float(2 - bias - m - 2))
    out.append(('MANTISSA', str(m)))
    out.append(('BIAS', str(bias)))
    out.append(('UP', str(up)))
    out.append(('MAGIC_BITS', hex(int(magic.view(ints)))))
    out.append(('EXP_MAGIC_BITS', hex(int((magic + real(bias)).view(ints)))))
    out.append(('SQRT_HALF_BITS', hex(int(real(np.sqrt(0.5)).view(ints)))))
    out.append(('SIGN_FROM_1', '31' if single else '63'))
    out.append(('SIGN_FROM_2', '30' if single else '62'))
    return ''.join(n + ' = ' + v + '\n' for n, v in out)


for file, single in (('float32', True), ('float64', False)):
    with open(sys.argv[1] + '/' + file + '.constants', 'w') as f:
        f.write('# Made by src/main/math/fit.py; polynomials highest degree first.\n' + constants(single))
# e^x of half as many powers of two, and tanh(x)/x - 1 by x^2
R = mp.log(2) * mp.mpf('1.0001')
print('exp_block', *(np.float32(float(c)) for c in minimax(E, lambda r: (abs(r) + mp.mpf('1e-3')) ** 2 * mp.exp(-r), -R, R, 6)))
G = series(lambda z: (mp.tanh(mp.sqrt(z)) / mp.sqrt(z) - 1) / z, [mp.mpf(-1) / 3, mp.mpf(2) / 15])
print('tanh_block', *(np.float32(float(c)) for c in minimax(G, lambda z: z + mp.mpf('1e-5'), mp.mpf(0), (R / 4) ** 2, 3)))


def erf_by_tanh(z):
    """atanh(erf(x))/x of z = x^2."""
    x = mp.sqrt(z)
    return mp.log((1 + mp.erf(x)) / mp.erfc(x)) / 2 / x if z > mp.mpf('1e-12') else C


def share(z):
    """How much of an error of erf_by_tanh, relative, the error of erf is, by erf_by_tanh."""
    u = mp.sqrt(z) * erf_by_tanh(z)
    return (2 * u / mp.sinh(2 * u) if z > mp.mpf('1e-12') else 1) / erf_by_tanh(z)


print('erf_block', *(np.float32(float(c)) for c in minimax(erf_by_tanh, lambda z: share(z) + mp.mpf('1e-7'), mp.mpf(0), mp.mpf('3.95') ** 2, 9)))

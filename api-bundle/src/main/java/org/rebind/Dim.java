package org.rebind;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.ToLongFunction;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.rebind.internal.AskedSizes;

/**
 * Size of one axis: a number, a named symbol, or a polynomial of symbols with integer coefficients, which may also hold
 * floored quotients. Immutable; two dims are equal when their canonical forms are (see {@link #equals}). Symbols stand for sizes >= 0.
 */
public final class Dim {
    /** One factor of a monomial. */
    private sealed interface Atom extends Comparable<Atom> {
        long evaluate(ToLongFunction<String> symbols);

        Dim substitute(Map<String, Dim> values);

        @Override
        default int compareTo(Atom other) {
            return toString().compareTo(other.toString());
        }
    }

    private record Symbol(String name) implements Atom {
        @Override
        public long evaluate(ToLongFunction<String> symbols) {
            return symbols.applyAsLong(name);
        }

        @Override
        public Dim substitute(Map<String, Dim> values) {
            Dim replacement = values.get(name);
            return replacement == null ? symbol(name) : replacement;
        }

        @Override
        public String toString() {
            return name;
        }
    }

    private record Quotient(Dim numerator, Dim denominator) implements Atom {
        @Override
        public long evaluate(ToLongFunction<String> symbols) {
            long d = denominator.evaluate(symbols);
            if (d == 0) {
                throw new ShapeException("dim " + this + ": the divisor is 0");
            }
            return Math.floorDiv(numerator.evaluate(symbols), d);
        }

        @Override
        public Dim substitute(Map<String, Dim> values) {
            return numerator.substitute(values).floorDiv(denominator.substitute(values));
        }

        @Override
        public String toString() {
            return "floor((" + numerator + ")/(" + denominator + "))";
        }
    }

    /** Product of atoms, sorted; the empty one is the constant term. */
    private record Monomial(List<Atom> atoms, String text) implements Comparable<Monomial> {
        static final Monomial ONE = new Monomial(List.of());

        Monomial(List<Atom> atoms) {
            this(atoms, atoms.size() == 1 ? atoms.get(0).toString()
                    : atoms.stream().map(Atom::toString).collect(Collectors.joining("*")));
        }

        Monomial times(Monomial other) {
            List<Atom> all = new ArrayList<>(atoms);
            all.addAll(other.atoms);
            Collections.sort(all);
            return new Monomial(List.copyOf(all));
        }

        /** This monomial divided by {@code other}, if it is a factor. */
        Optional<Monomial> dividedBy(Monomial other) {
            List<Atom> rest = new ArrayList<>(atoms);
            for (Atom a : other.atoms) {
                if (!rest.remove(a)) {
                    return Optional.empty();
                }
            }
            return Optional.of(new Monomial(List.copyOf(rest)));
        }

        @Override
        public int compareTo(Monomial o) {
            int byDegree = Integer.compare(o.atoms.size(), atoms.size());
            return byDegree != 0 ? byDegree : text.compareTo(o.text);
        }

        @Override
        public String toString() {
            return text;
        }
    }

    private static final Pattern NAME = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");
    private static final Dim[] SMALL = new Dim[129];

    static {
        for (int i = 0; i < SMALL.length; i++) {
            SMALL[i] = new Dim(constantTerms(i));
        }
    }

    private final TreeMap<Monomial, Long> terms; // no zero coefficients; never changed after construction
    private final boolean fixed;
    private final long value;
    private final int hash;

    private Dim(TreeMap<Monomial, Long> terms) {
        this.terms = terms;
        this.fixed = terms.isEmpty() || terms.size() == 1 && terms.firstKey().atoms.isEmpty();
        this.value = terms.getOrDefault(Monomial.ONE, 0L);
        this.hash = fixed ? Long.hashCode(value) : terms.hashCode();
    }

    private static TreeMap<Monomial, Long> constantTerms(long value) {
        TreeMap<Monomial, Long> t = new TreeMap<>();
        if (value != 0) {
            t.put(Monomial.ONE, value);
        }
        return t;
    }

    /** The fixed dim of this number; may be negative as an intermediate of arithmetic, never as a size of a shape. */
    public static Dim of(long value) {
        return value >= 0 && value < SMALL.length ? SMALL[(int) value] : new Dim(constantTerms(value));
    }

    /** The symbolic dim with this name. @throws ArgumentException if the name is no identifier */
    public static Dim symbol(String name) {
        if (name == null || !NAME.matcher(name).matches()) {
            throw new ArgumentException("name of a dynamic dim: expected an identifier such as \"batch\", got "
                    + (name == null ? "null" : "\"" + name + "\""));
        }
        TreeMap<Monomial, Long> t = new TreeMap<>();
        t.put(new Monomial(List.of(new Symbol(name))), 1L);
        return new Dim(t);
    }

    public boolean isFixed() {
        return fixed;
    }

    /** The number. @throws ShapeException if this dim is symbolic: {@link Tensor#size} asks for the number of a call */
    public long value() {
        if (!fixed) {
            throw new ShapeException("dim " + this + " is symbolic and has no number here; use dim arithmetic, or"
                    + " tensor.size(axis) to specialise the compiled function to the size of this call");
        }
        return value;
    }

    /** The name if this dim is exactly one symbol. */
    public Optional<String> symbolName() {
        if (terms.size() == 1 && terms.firstEntry().getValue() == 1 && terms.firstKey().atoms.size() == 1
                && terms.firstKey().atoms.get(0) instanceof Symbol s) {
            return Optional.of(s.name);
        }
        return Optional.empty();
    }

    public Dim plus(Dim other) {
        if (fixed && other.fixed) {
            return of(Math.addExact(value, other.value));
        }
        TreeMap<Monomial, Long> t = new TreeMap<>(terms);
        other.terms.forEach((m, c) -> merge(t, m, c));
        return new Dim(t);
    }

    public Dim plus(long other) {
        return plus(of(other));
    }

    public Dim minus(Dim other) {
        return plus(other.times(-1));
    }

    public Dim minus(long other) {
        return plus(of(Math.negateExact(other)));
    }

    public Dim times(Dim other) {
        if (fixed && other.fixed) {
            return of(Math.multiplyExact(value, other.value));
        }
        TreeMap<Monomial, Long> t = new TreeMap<>();
        terms.forEach((m, c) -> other.terms.forEach((n, d) -> merge(t, m.times(n), Math.multiplyExact(c, d))));
        return new Dim(t);
    }

    public Dim times(long other) {
        return times(of(other));
    }

    /** Floored quotient. @throws ShapeException if the divisor is the number 0 */
    public Dim floorDiv(Dim divisor) {
        if (divisor.fixed && divisor.value == 0) {
            throw new ShapeException("dim " + this + " divided by 0");
        }
        if (fixed && divisor.fixed) {
            return of(Math.floorDiv(value, divisor.value));
        }
        return divideExactly(divisor).orElseGet(() -> {
            TreeMap<Monomial, Long> t = new TreeMap<>();
            t.put(new Monomial(List.of(new Quotient(this, divisor))), 1L);
            return new Dim(t);
        });
    }

    public Dim floorDiv(long divisor) {
        return floorDiv(of(divisor));
    }

    /**
     * The quotient if {@code divisor} is a fixed number or a single monomial that divides every term. For a symbolic
     * divisor the quotient is right wherever the divisor is not 0.
     */
    public Optional<Dim> divideExactly(Dim divisor) {
        if (divisor.terms.size() != 1) {
            return divisor.terms.isEmpty() ? Optional.empty()
                    : hasForm(divisor) ? Optional.of(of(1)) : Optional.empty();
        }
        Monomial dm = divisor.terms.firstKey();
        long dc = divisor.terms.firstEntry().getValue();
        TreeMap<Monomial, Long> t = new TreeMap<>();
        for (Map.Entry<Monomial, Long> e : terms.entrySet()) {
            Optional<Monomial> q = e.getKey().dividedBy(dm);
            if (q.isEmpty() || e.getValue() % dc != 0) {
                return Optional.empty();
            }
            t.put(q.get(), e.getValue() / dc);
        }
        return Optional.of(new Dim(t));
    }

    private static void merge(TreeMap<Monomial, Long> t, Monomial m, long c) {
        long sum = Math.addExact(t.getOrDefault(m, 0L), c);
        if (sum == 0) {
            t.remove(m);
        } else {
            t.put(m, sum);
        }
    }

    /** Names of all symbols in this dim, sorted. */
    public Set<String> symbols() {
        Set<String> names = new TreeSet<>();
        for (Monomial m : terms.keySet()) {
            for (Atom a : m.atoms) {
                if (a instanceof Symbol s) {
                    names.add(s.name);
                } else if (a instanceof Quotient q) {
                    names.addAll(q.numerator.symbols());
                    names.addAll(q.denominator.symbols());
                }
            }
        }
        return names;
    }

    /** The number this dim has when each symbol has the number {@code symbols} gives it; overflow is an exception. */
    public long evaluate(ToLongFunction<String> symbols) {
        if (fixed) {
            return value;
        }
        long sum = 0;
        for (Map.Entry<Monomial, Long> e : terms.entrySet()) {
            long product = e.getValue();
            for (Atom a : e.getKey().atoms) {
                product = Math.multiplyExact(product, a.evaluate(symbols));
            }
            sum = Math.addExact(sum, product);
        }
        return sum;
    }

    /** This dim with each symbol that {@code values} names replaced. */
    public Dim substitute(Map<String, Dim> values) {
        if (fixed) {
            return this;
        }
        Dim sum = of(0);
        for (Map.Entry<Monomial, Long> e : terms.entrySet()) {
            Dim product = of(e.getValue());
            for (Atom a : e.getKey().atoms) {
                product = product.times(a.substitute(values));
            }
            sum = sum.plus(product);
        }
        return sum;
    }

    /**
     * A number this dim is never below, whatever sizes (>= 0) the symbols have; empty if none is known. Enough to
     * decide most bounds without a guard.
     */
    public OptionalLong lowerBound() {
        for (Map.Entry<Monomial, Long> e : terms.entrySet()) {
            boolean nonNegative = e.getKey().atoms.stream().allMatch(Dim::neverNegative);
            if (!e.getKey().atoms.isEmpty() && (e.getValue() < 0 || !nonNegative)) {
                return OptionalLong.empty();
            }
        }
        return OptionalLong.of(value);
    }

    private static boolean neverNegative(Atom a) {
        return a instanceof Symbol || a instanceof Quotient q && q.numerator.lowerBound().orElse(-1) >= 0
                && q.denominator.lowerBound().orElse(-1) >= 0;
    }

    /**
     * Whether the canonical forms are equal. In a compiled function dims of different form are equal, too, if they are the
     * same size in this call; the answer becomes a guard. Collections with hashes keep such dims apart.
     */
    @Override
    public boolean equals(Object o) {
        return this == o || o instanceof Dim d && (hasForm(d) || !(fixed && d.fixed) && AskedSizes.equal(this, d));
    }

    private boolean hasForm(Dim d) {
        return hash == d.hash && value == d.value && fixed == d.fixed && (fixed || terms.equals(d.terms));
    }

    @Override
    public int hashCode() {
        return hash;
    }

    /** For instance {@code 3}, {@code batch}, {@code 2*n + 1}. */
    @Override
    public String toString() {
        if (fixed) {
            return Long.toString(value);
        }
        StringBuilder s = new StringBuilder();
        for (Map.Entry<Monomial, Long> e : terms.entrySet()) {
            long c = e.getValue();
            s.append(s.length() == 0 ? (c < 0 ? "-" : "") : c < 0 ? " - " : " + ");
            String m = e.getKey().toString();
            long abs = Math.abs(c);
            s.append(m.isEmpty() ? Long.toString(abs) : abs == 1 ? m : abs + "*" + m);
        }
        return s.toString();
    }
}

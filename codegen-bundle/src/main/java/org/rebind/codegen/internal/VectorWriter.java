package org.rebind.codegen.internal;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.rebind.DType;
import org.rebind.codegen.CallExpansion;
import org.rebind.codegen.Dialect;
import org.rebind.codegen.Dialects;
import org.rebind.codegen.Kernel;
import org.rebind.codegen.internal.math.MathLibrary;
import org.rebind.codegen.ir.Array;
import org.rebind.codegen.ir.Expr;
import org.rebind.codegen.ir.Fn;
import org.rebind.codegen.ir.Stmt;
import org.rebind.codegen.ir.Stmt.Accumulator;
import org.rebind.codegen.ir.Stmt.Combine;
import org.rebind.codegen.ir.Stmt.Kind;

/**
 * Prints loops over lanes with jdk.incubator.vector: whole vectors first, then the rest under a mask, so that an element's
 * result does not depend on where it lies. A loop that has no vector form is printed on scalars.
 */
final class VectorWriter extends StatementWriter {
    /** Scalars are as fast on fewer elements, which fill no vector of 8, and on 9 to 11, where the rest takes what one vector saves. */
    private static final int SHORT = 8;
    private static final int SHORT_REST = 4;
    /** Operations of a loop that computes much, if it calls no function. */
    private static final int MUCH = 16;
    /** Vectors an iteration of a light fold takes: additions take about four cycles each. */
    private static final int UNROLL = 4;
    /** The same of one that stores or reads truth values as well: C2 inlines so much a method, and both take time themselves. */
    private static final int UNROLL_FEWER = 2;
    /** Masked loads and stores of a method for which C1 has registers, with all its counters: 9 of them fit, 11 do not. */
    private static final int MASKED = 8;

    /** Functions of a loop, beyond which it is several loops over blocks, and of each of these: chains of them wait less for each other. */
    private static final int FUNCTIONS = 3;
    private static final int FUNCTIONS_APART = 2;
    /** What C2 makes vector code of, float16 included. */
    private static final Set<Fn> PLAIN = Set.of(Fn.ADD, Fn.SUBTRACT, Fn.MULTIPLY, Fn.DIVIDE, Fn.NEGATIVE, Fn.ABS, Fn.SQRT, Fn.FMA, Fn.MAXIMUM,
            Fn.MINIMUM, Fn.ROUND_FLOAT16);

    /** Bits of vectors from which on bytes and shorts for each of their floats are a vector: there is none of 32, and masked loads of 64 go wrong. */
    private static final int NARROWER = 256;

    private final PhaseMethods phases;
    private boolean apart; // whether loops over lanes become methods
    private LookAhead ahead; // of the loop that is printed
    private String rowBefore; // a variable, what the last row looked at was, if the loop guesses
    private final Map<Expr.Var, DType> rounded = new HashMap<>();
    private int expanded; // functions in the kernel's own method
    private int loops; // around what is printed, in its method
    private final Set<Expr.Var> compared = new HashSet<>(); // extremes found by comparisons

    VectorWriter(Dialect dialect, Kernel kernel) {
        super(dialect, kernel);
        this.phases = new PhaseMethods(dialect, kernel, names);
    }

    @Override
    String methods() {
        return phases.text();
    }

    /** Declarations of the species a source uses. */
    static String species(String text) {
        StringBuilder s = new StringBuilder();
        boolean wide = text.contains("DoubleVector") || text.contains("LongVector");
        boolean bytes = text.contains("ByteVector");
        boolean shorts = text.contains("ShortVector");
        boolean narrow = bytes || shorts || text.contains("FloatVector") || text.contains("IntVector");
        if (narrow) {
            s.append("    private static final VectorSpecies F = FloatVector.SPECIES_PREFERRED;\n");
            s.append("    private static final VectorSpecies I = F.withLanes(int.class);\n");
        }
        if (bytes) {
            s.append("    private static final VectorSpecies B = F.withLanes(byte.class).withShape(VectorShape.forBitSize(F.vectorBitSize() / 4));\n");
        }
        if (shorts) {
            s.append("    private static final VectorSpecies H = F.withLanes(short.class).withShape(VectorShape.forBitSize(F.vectorBitSize() / 2));\n");
        }
        if (wide) {
            s.append("    private static final VectorSpecies D = DoubleVector.SPECIES_PREFERRED;\n");
            s.append("    private static final VectorSpecies L = D.withLanes(long.class);\n");
        }
        return s.append('\n').toString();
    }

    @Override
    void loop(Stmt.Loop l) {
        boolean plain = l.kind() == Kind.LANES && isPlainFloat16(l);
        if (!plain && isStaged(l, l.kind(), l.from(), l.to())) {
            return;
        }
        if (l.kind() != Kind.LANES || plain || isShort(l.from(), l.to())
                || !tried(() -> phase(l, List.of(), () -> lanes(l))) && !isMixed(l, l.from(), l.to())) {
            boolean before = apart;
            apart = before || ahead != null || PhaseMethods.pay(l);
            LookAhead form = LookAhead.of(l, apart, kernel, names, expansion);
            loops++;
            if (form == null || functions(form.both()) > MathLibrary.MOST_EXPANDED || !tried(() -> ahead(form))) {
                super.loop(l);
            }
            loops--;
            apart = before;
        }
    }

    private void ahead(LookAhead form) {
        LookAhead outer = ahead;
        ahead = form;
        boolean before = apart;
        apart = true; // C2 inlines only so much a method
        try {
            if (form.isGuessed()) {
                rowBefore = names.fresh("before");
                line("int " + form.isNear() + " = 0;");
                line("int " + rowBefore + " = 0;");
                line("float " + form.before().accumulators().get(0).variable().name() + " = 0;");
            } else if (form.near() != null && !isSized(form.before())) {
                line("boolean " + form.isNear() + " = false;");
            }
            block(form.loop());
        } finally {
            apart = before;
            ahead = outer;
        }
    }

    @Override
    void fold(Stmt.Fold f) {
        if (ahead != null && f == ahead.both() && ahead.near() != null) {
            nearOrFar();
            return;
        }
        if (ahead != null && f == ahead.before() && isSized(f)) {
            sized();
            return;
        }
        if (ahead != null && (f == ahead.both() || f == ahead.before())) { // both or none, as sums have to be alike
            phase(f, f.accumulators(), () -> lanes(f));
            return;
        }
        if (isStaged(f, f.kind(), f.from(), f.to())) {
            return;
        }
        if (f.kind() != Kind.LANES || isShort(f.from(), f.to())
                || !tried(() -> phase(f, f.accumulators(), () -> lanes(f))) && !isMixed(f, f.from(), f.to())) {
            loops++;
            super.fold(f);
            loops--;
        }
    }

    /** Whether C2 makes vector code of the loop if it converts float16 by instructions of the processor. */
    private boolean isPlainFloat16(Stmt.Loop l) {
        boolean[] halves = {l.body().stream().anyMatch(s -> s instanceof Stmt.Store st && isFloat16(st.array()))};
        boolean[] plain = {true};
        Trees.visit(l.body(), e -> {
            halves[0] |= e instanceof Expr.Load load && isFloat16(load.array());
            plain[0] &= !(e instanceof Expr.Apply a) || PLAIN.contains(a.fn());
        });
        return dialect.words().containsKey(Dialects.PLAIN_FLOAT16) && halves[0] && plain[0];
    }

    private static boolean isFloat16(Array array) {
        return array.dtype() == DType.FLOAT16 && VectorExpr.isHalves(array);
    }

    /** Prints a loop that has more functions than a method can have as several, if it can be; whether it did. */
    private boolean isStaged(Stmt s, Kind kind, Expr from, Expr to) {
        if (kind != Kind.LANES || isShort(from, to) || functionsOnce(s) <= FUNCTIONS && functions(s) <= MathLibrary.MOST_EXPANDED) {
            return false;
        }
        return isStaged(s, from, to, false);
    }

    /** The same of a loop of functions that vectors of one width cannot compute. */
    private boolean isMixed(Stmt s, Expr from, Expr to) {
        return functionsOnce(s) > 0 && isStaged(s, from, to, true);
    }

    private boolean isStaged(Stmt s, Expr from, Expr to, boolean mixed) {
        Stages stages = Stages.of(s, FUNCTIONS_APART, mixed, names, this::blockArray,
                (lane, width) -> vectors(lane, width, new HashMap<>(), new HashMap<>()));
        return stages != null && tried(() -> staged(stages, from, to));
    }

    private void staged(Stages stages, Expr from, Expr to) {
        scratch.addAll(stages.scratch());
        String block = stages.block().name();
        String count = stages.count().name();
        stages.results().forEach((whole, part) -> statement(new Stmt.Mutable(whole.variable(),
                Combining.neutral(whole.combine(), whole.variable().type()))));
        line("for (int " + block + " = " + expressions.print(from) + ", " + count + "; " + block + " < " + expressions.print(to) + "; "
                + block + " += " + count + ") {"); // never past the end: that may be the last int
        indent++;
        loops++;
        line(count + " = Math.min(" + expressions.print(to) + " - " + block + ", " + stages.length() + ");");
        for (Stmt.Loop l : stages.first()) {
            method(l, List.of(), () -> stage(l));
        }
        if (stages.last() instanceof Stmt.Fold f) {
            if (PhaseMethods.canReturn(f.accumulators())) {
                method(f, f.accumulators(), () -> stage(f));
            } else {
                stage(f);
            }
        } else {
            method(stages.last(), List.of(), () -> stage((Stmt.Loop) stages.last()));
        }
        stages.results().forEach((whole, part) -> statement(new Stmt.Assign(whole.variable(),
                Combining.combine(whole.combine(), whole.variable(), part))));
        loops--;
        end();
    }

    private void stage(Stmt.Loop l) {
        if (l.kind() == Kind.SERIAL) {
            super.loop(l);
        } else {
            lanes(l);
        }
    }

    private void stage(Stmt.Fold f) {
        if (f.kind() == Kind.SERIAL) {
            block(expansion.unrolled(f));
        } else {
            lanes(f);
        }
    }

    /** Functions that a loop over lanes has in the method that it is in, see {@link CallExpansion}. */
    private static int functions(Stmt s) {
        return s instanceof Stmt.Fold f ? functionsOnce(s) * copies(unroll(f)) : functionsOnce(s);
    }

    private static int functionsOnce(Stmt s) {
        int[] n = {0};
        Trees.visit(List.of(s), e -> n[0] += VectorExpr.functions(e));
        Trees.inside(s).forEach(x -> n[0] += x instanceof Stmt.Store st ? VectorExpr.functions(st.array(), st.value()) : 0);
        return n[0];
    }

    /** How often a fold's body is printed: its rest has a loop of its own if it is unrolled, and what fills no vector. */
    private static int copies(int unroll) {
        return unroll == 1 ? 2 : unroll + 2;
    }

    private void phase(Stmt s, List<Accumulator> results, Runnable print) {
        int functions = functions(s);
        boolean fits = functions == 0 || expanded + functions <= MathLibrary.MOST_EXPANDED;
        if (!apart && fits || !PhaseMethods.canReturn(results)) {
            expanded += functions;
            print.run();
            return;
        }
        method(s, results, print);
    }

    /** Prints a loop as a method and its call. @param results what it folds into */
    private void method(Stmt s, List<Accumulator> results, Runnable print) {
        phases.add("_phase", s, Map.of(), results, printed(print), arrays()).forEach(this::line);
    }

    /** The loop that has two forms, as methods. */
    private void nearOrFar() {
        String near = printed(() -> lanes(ahead.near()));
        String far = printed(() -> lanes(ahead.far()));
        if (ahead.isGuessed()) {
            String first = printed(() -> lanes(ahead.before()));
            phases.addGuessed(ahead, rowBefore, near, far, first, arrays()).forEach(this::line);
            return;
        }
        String next = ahead.isAhead() ? ahead.isNear(ahead.far()) : null;
        phases.addEither(ahead.isNear(), ahead.near(), near, ahead.far(), far, ahead.both().accumulators(), next, arrays())
                .forEach(this::line);
    }

    /** Whether a fold of a largest finds the largest size, too. */
    private static boolean isSized(Stmt.Fold f) {
        return f.accumulators().size() > 1;
    }

    /** The loop that finds whether its row is near, as a method. */
    private void sized() {
        String body = printed(() -> lanes(ahead.before()));
        phases.addSized(ahead.isNear(), ahead.before(), body, ahead.isNear(ahead.before()), arrays()).forEach(this::line);
    }

    /** What it prints, as a method's body. */
    private String printed(Runnable print) {
        int start = out.length();
        int depth = indent;
        indent = 1;
        print.run();
        String body = out.substring(start);
        out.setLength(start);
        indent = depth;
        return body;
    }

    /** Whether scalars are as fast; they are so from the first call on, vectors once C2 has compiled them. */
    static boolean isShort(Expr from, Expr to) {
        return isShorter(from, to, SHORT) || isShorter(from, to, SHORT + SHORT_REST) && !isShorter(from, to, SHORT + 1);
    }

    static boolean isShorter(Expr from, Expr to, int length) {
        return from.equals(Expr.integer(0)) && to instanceof Expr.Size s && s.dim().isFixed() && s.dim().value() < length;
    }

    /** Whether it could be printed; if not, nothing is. */
    private boolean tried(Runnable print) {
        int length = out.length();
        int depth = indent;
        int methods = phases.length();
        int around = loops;
        int before = expanded;
        Set<Array.Scratch> arrays = new HashSet<>(scratch);
        Map<String, Integer> calls = new LinkedHashMap<>(vectorCalls);
        try {
            print.run();
            return true;
        } catch (VectorExpr.NoVector e) {
            out.setLength(length);
            indent = depth;
            phases.cut(methods);
            loops = around;
            expanded = before;
            scratch.retainAll(arrays);
            vectorCalls.clear();
            vectorCalls.putAll(calls);
            return false;
        }
    }

    private VectorExpr vectors(Expr.Var lane, int width) {
        return vectors(lane, width, vectorCalls, rounded);
    }

    private VectorExpr vectors(Expr.Var lane, int width, Map<String, Integer> calls, Map<Expr.Var, DType> halves) {
        return new VectorExpr(expressions, lane, width, width == Float.BYTES && kernel.vectorBits() >= NARROWER, calls, halves);
    }

    /** Bytes of a lane: of what is stored or folded; of truth values, what they come from. */
    private static int width(List<Stmt> body, List<Accumulator> accumulators) {
        for (Accumulator a : accumulators) {
            return a.value().type().byteSize();
        }
        for (Stmt s : body) {
            if (s instanceof Stmt.Store st && !st.value().type().isBool()) {
                return st.value().type().byteSize();
            }
        }
        int[] width = {Float.BYTES};
        Trees.visit(body, e -> width[0] = e instanceof Expr.Load l && !l.type().isBool() ? l.type().byteSize() : width[0]);
        return width[0];
    }

    private String main(Expr from, Expr to, String species) {
        String main = names.fresh("main");
        boolean zero = from.equals(Expr.integer(0));
        String end = expressions.print(to);
        String bound = zero ? species + ".loopBound(" + end + ")" : expressions.print(from) + " + " + species + ".loopBound("
                + expressions.print(Expr.apply(Fn.SUBTRACT, DType.INT32, to, from)) + ")";
        line("int " + main + " = " + bound + ";");
        return main;
    }

    private void lanes(Stmt.Loop l) {
        int width = width(l.body(), List.of());
        VectorExpr v = vectors(l.variable(), width);
        String main = main(l.from(), l.to(), v.mainSpecies());
        head(l.variable(), l.from(), main, v);
        touch(l, l.variable(), v);
        body(l.body(), v);
        end();
        tailApart(l, main, v);
    }

    /**
     * The rest as a method, since C1 must have registers for all loads of a method, masked ones most of all (decision 0020); on scalars
     * where they are too many. Outside of loops it is called in any case: C2 would take it for never reached, and throw its code
     * away when it is.
     */
    private void tailApart(Stmt.Loop l, String main, VectorExpr v) {
        int start = out.length();
        int depth = indent;
        indent = 1;
        if (accesses(l.body()) > MASKED) {
            super.loop(new Stmt.Loop(l.variable(), new Expr.Var(main, DType.INT32), l.to(), 1, Kind.SERIAL, l.body()));
        } else if (loops > 0) { // tested where it is called
            masked(l.variable(), l.to(), main, v);
            body(l.body(), v);
        } else {
            tail(l.variable(), l.to(), main, v);
            body(l.body(), v);
            end();
        }
        String body = out.substring(start);
        out.setLength(start);
        indent = depth;
        String call = phases.add("_tail", l, Map.of(main, "int"), List.of(), body, arrays()).get(0);
        if (loops > 0) {
            test(main, l.to());
            line(call);
            end();
        } else {
            line(call);
        }
    }

    private static int accesses(List<Stmt> body) {
        int[] n = {(int) body.stream().filter(s -> s instanceof Stmt.Store).count()};
        Trees.visit(body, e -> n[0] += e instanceof Expr.Load ? 1 : 0);
        return n[0];
    }

    private void head(Expr.Var j, Expr from, String main, VectorExpr v) {
        line("for (int " + j.name() + " = " + expressions.print(from) + "; " + j.name() + " < " + main + "; " + j.name()
                + " += " + v.mainSpecies() + ".length()) {");
        indent++;
    }

    private void tail(Expr.Var j, Expr to, String main, VectorExpr v) {
        test(main, to);
        masked(j, to, main, v);
    }

    private void test(String main, Expr to) {
        line("if (" + main + " < " + expressions.print(to) + ") {");
        indent++;
    }

    private void masked(Expr.Var j, Expr to, String main, VectorExpr v) {
        line("int " + j.name() + " = " + main + ";");
        v.mask = "m";
        v.shortMask = "H.indexInRange(" + j.name() + ", " + expressions.print(to) + ")";
        v.byteMask = "B.indexInRange(" + j.name() + ", " + expressions.print(to) + ")";
        line("VectorMask m = " + v.mainSpecies() + ".indexInRange(" + j.name() + ", " + expressions.print(to) + ");");
    }

    /**
     * Has a loop that computes much begin with a check of its variable against an array's length, if that comes only later: C2 of
     * Java 25 cuts a loop in two there, and what is before it is copied for each of its uses, which took seconds or made it give up. The
     * load itself is not compiled.
     */
    private void touch(Stmt s, Expr.Var lane, VectorExpr v) {
        List<Array> arrays = new ArrayList<>(); // with null for those at other places, and those that have not as many elements
        int[] operations = {0};
        Consumer<Expr> visit = e -> {
            operations[0] += e instanceof Expr.Apply ? 1 : 0;
            if (e instanceof Expr.Load l && v.varies(l.index())) {
                arrays.add(l.index().equals(lane) && l.guard() == null ? l.array() : null);
            }
        };
        for (Stmt x : Trees.inside(s)) {
            Trees.visit(List.of(x), visit);
            if (x instanceof Stmt.Store st && v.varies(st.index())) {
                arrays.add(st.index().equals(lane) ? st.array() : null);
            }
        }
        if (s instanceof Stmt.Fold f) {
            f.accumulators().forEach(a -> Trees.visit(a.value(), visit));
        }
        if ((operations[0] > MUCH || functionsOnce(s) > 0) && !arrays.isEmpty() && arrays.get(0) == null) {
            arrays.stream().filter(a -> a != null).findFirst().ifPresent(a -> line(v.touch(a, lane)));
        }
    }

    private void end() {
        indent--;
        line("}");
    }

    private void body(List<Stmt> body, VectorExpr v) {
        for (Stmt s : body) {
            if (s instanceof Stmt.Let l) {
                if (v.varies(l.value())) {
                    String text = v.print(l.value());
                    v.define(l.variable(), l.value());
                    line(VectorExpr.vectorType(l.variable().type()) + " " + l.variable().name() + " = " + text + ";");
                } else {
                    statement(l);
                }
            } else if (s instanceof Stmt.Store st) {
                line(v.store(st.array(), st.index(), st.value()));
            } else {
                throw new VectorExpr.NoVector("statement " + s.getClass().getSimpleName());
            }
        }
    }

    private void lanes(Stmt.Fold f) {
        Accumulator extreme = extremeOf(f);
        if (extreme != null) {
            extreme(f, extreme);
        } else {
            folded(f);
        }
    }

    /** Whether the loop finds one largest or smallest number and waits for its accumulators. */
    static boolean isExtreme(Stmt.Fold f) {
        return f.accumulators().size() == 1 && isExtreme(f.accumulators().get(0)) && isLight(f);
    }

    /** Whether the loop finds one extreme or sum of floats and waits for its accumulators. */
    static boolean isLightResult(Stmt.Fold f) {
        Accumulator a = f.accumulators().get(0);
        return isExtreme(f) || f.accumulators().size() == 1 && a.combine() == Combine.SUM && a.variable().type().isFloating()
                && isLight(f);
    }

    private static boolean isExtreme(Accumulator a) {
        return (a.combine() == Combine.MAX || a.combine() == Combine.MIN) && a.variable().type().isFloating();
    }

    /** What is found by comparisons: the one result of a light loop, or what a loop finds ahead. */
    private Accumulator extremeOf(Stmt.Fold f) {
        List<Accumulator> all = f.accumulators();
        if (ahead != null && f == ahead.before()) {
            return isExtreme(all.get(0)) ? all.get(0) : null;
        }
        boolean isAhead = ahead != null && ahead.isAhead() && (f == ahead.both() || f == ahead.near() || f == ahead.far());
        Accumulator a = isAhead ? all.get(all.size() == 1 ? 0 : 1) : all.get(0);
        return isExtreme(f) || isAhead && isExtreme(a) ? a : null;
    }

    /**
     * The largest by comparisons, which take half the operations of {@code max} but lose NaN and may take -0 for 0. A sum
     * beside it, for which processors have units to spare, tells of NaN, or the largest size, where there is one; then, and if 0 is
     * the result, all is done again. Of shares it is the largest of the bits as integers, which is one operation, and combined in a
     * few at the end; all is done again if there are only negative ones, which go the other way round, and the result is needed.
     */
    private void extreme(Stmt.Fold f, Accumulator a) {
        DType t = a.variable().type();
        Expr value = a.value();
        List<Stmt> body = new ArrayList<>(f.body());
        if (!(value instanceof Expr.Var)) {
            Expr.Var once = new Expr.Var(names.fresh("value"), t);
            body.add(new Stmt.Let(once, value));
            value = once;
        }
        List<Accumulator> all = new ArrayList<>(f.accumulators());
        Expr.Var last = all.get(all.size() - 1).variable();
        boolean bySize = last.type() == DType.INT32;
        boolean byBits = bySize && ahead.isShares();
        Expr.Var top = byBits ? new Expr.Var(names.fresh("top"), DType.INT32) : a.variable();
        all.set(all.indexOf(a), new Accumulator(top, a.combine(), byBits ? LookAhead.bits(value) : value));
        String result = a.variable().name();
        String isUnknown;
        if (bySize) {
            isUnknown = ahead.isUnknown(result, top.name(), last.name());
        } else {
            String check = names.fresh("check");
            all.add(new Accumulator(new Expr.Var(check, t), Combine.SUM, value));
            isUnknown = check + " != " + check + " || " + result + " == 0";
        }
        if (!byBits) {
            compared.add(a.variable());
        }
        folded(new Stmt.Fold(f.variable(), f.from(), f.to(), f.kind(), body, all));
        if (byBits) {
            line("float " + result + " = Float.intBitsToFloat(" + top.name() + ");");
        }
        line("if (" + isUnknown + ") {");
        indent++;
        Accumulator careful = new Accumulator(new Expr.Var(names.fresh(result), t), a.combine(), a.value());
        Stmt.Fold again = new Stmt.Fold(f.variable(), f.from(), f.to(), f.kind(), needed(f.body(), a.value()), List.of(careful));
        method(again, List.of(careful), () -> folded(again)); // C2 inlines so much a method, and this is rare
        line(result + " = " + careful.variable().name() + ";");
        end();
        if (byBits) {
            line(result + " = " + LookAhead.shift(result) + ";");
        }
    }

    /** The lets that a value needs; stores are none of them. */
    private static List<Stmt> needed(List<Stmt> body, Expr value) {
        Set<Expr> used = new HashSet<>();
        Trees.visit(value, used::add);
        List<Stmt> needed = new ArrayList<>();
        for (int i = body.size() - 1; i >= 0; i--) {
            if (body.get(i) instanceof Stmt.Let l && used.contains(l.variable())) {
                Trees.visit(l.value(), used::add);
                needed.add(0, l);
            }
        }
        return needed;
    }

    private void folded(Stmt.Fold f) {
        int width = width(f.body(), f.accumulators());
        VectorExpr v = vectors(f.variable(), width);
        int unroll = unroll(ahead != null && ahead.isAhead() && f == ahead.before() ? ahead.both() : f); // alike, for the same order of a sum
        Map<Accumulator, List<String>> lanes = new LinkedHashMap<>();
        f.accumulators().forEach(a -> lanes.put(a, start(a, width, unroll)));
        Expr from = f.from();
        if (unroll > 1) {
            from = unrolled(f, v, lanes, unroll);
        }
        String main = main(from, f.to(), v.mainSpecies());
        head(f.variable(), from, main, v);
        touch(f, f.variable(), v);
        body(f.body(), v);
        lanes.forEach((a, own) -> combine(a, own.get(0), v.print(a.value()), v));
        end();
        tail(f.variable(), f.to(), main, v);
        body(f.body(), v);
        lanes.forEach((a, own) -> combine(a, own.get(0), v.print(a.value()), v));
        end();
        lanes.forEach((a, names) -> line(dialect.types().get(a.variable().type()) + " " + a.variable().name() + " = "
                + sum(a, names) + ".reduceLanes(VectorOperators." + operator(a) + ");"));
    }

    private static int unroll(Stmt.Fold f) {
        boolean[] truths = {false};
        int[] functions = {0};
        Trees.visit(List.of(f), e -> {
            truths[0] |= e instanceof Expr.Load l && l.type().isBool();
            functions[0] += VectorExpr.functions(e);
        });
        int most = !isLight(f) ? 1 : !truths[0] && f.body().stream().allMatch(s -> s instanceof Stmt.Let) ? UNROLL : UNROLL_FEWER;
        while (most > 1 && functions[0] * copies(most) > MathLibrary.MOST_EXPANDED) {
            most /= 2;
        }
        return most;
    }

    /** Whether the loop waits for its accumulators rather than for what it computes. */
    private static boolean isLight(Stmt.Fold f) {
        int[] size = {0};
        boolean[] costly = {false};
        Trees.visit(List.of(f), e -> {
            size[0]++;
            costly[0] |= e instanceof Expr.Apply a && a.fn().isCostly() || e instanceof Expr.Load l && l.guard() != null;
        });
        return !costly[0] && size[0] <= 40 && f.body().stream().allMatch(s -> s instanceof Stmt.Let || s instanceof Stmt.Store);
    }

    private List<String> start(Accumulator a, int width, int count) {
        DType t = a.variable().type();
        if (Expansion.isArg(a) || a.value().type() != t || t.isBool() || t.byteSize() != width) {
            throw new VectorExpr.NoVector(a.combine() + " of " + t);
        }
        String type = VectorExpr.vectorType(t);
        String species = VectorExpr.species(t);
        String neutral = a.combine() == Combine.SUM ? type + ".zero(" + species + ")"
                : type + ".broadcast(" + species + ", " + expressions.print(Combining.neutral(a.combine(), t)) + ")";
        List<String> own = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            own.add(names.fresh(a.variable().name() + "Lanes"));
            line(type + " " + own.get(i) + " = " + neutral + ";");
        }
        return own;
    }

    /** Several vectors an iteration, each with accumulators of its own. @return where it ends */
    private Expr unrolled(Stmt.Fold f, VectorExpr v, Map<Accumulator, List<String>> lanes, int count) {
        Expr.Var length = new Expr.Var(names.fresh("lanes"), DType.INT32);
        line("int " + length.name() + " = " + v.mainSpecies() + ".length();");
        Expr all = expressionOfLength(f);
        Expr step = Expr.apply(Fn.MULTIPLY, DType.INT32, Expr.integer(count), length);
        Expr.Var stop = new Expr.Var(names.fresh("blocks"), DType.INT32);
        statement(new Stmt.Let(stop, Expr.apply(Fn.SUBTRACT, DType.INT32, f.to(),
                Expr.apply(Fn.INDEX_REMAINDER, DType.INT32, all, step))));
        String j = f.variable().name();
        line("for (int " + j + " = " + expressions.print(f.from()) + "; " + j + " < " + stop.name() + "; " + j + " += "
                + expressions.print(step) + ") {");
        indent++;
        for (int q = 0; q < count; q++) {
            Map<Expr.Var, Expr> renamed = new HashMap<>();
            if (q > 0) {
                Expr offset = q == 1 ? length : Expr.apply(Fn.MULTIPLY, DType.INT32, Expr.integer(q), length);
                renamed.put(f.variable(), Expr.apply(Fn.ADD, DType.INT32, f.variable(), offset));
            }
            body(expansion.copy(f.body(), renamed), v);
            for (Map.Entry<Accumulator, List<String>> e : lanes.entrySet()) {
                combine(e.getKey(), e.getValue().get(q), v.print(Expansion.rename(e.getKey().value(), renamed)), v);
            }
        }
        end();
        return stop;
    }

    private static Expr expressionOfLength(Stmt.Fold f) {
        return f.from().equals(Expr.integer(0)) ? f.to() : Expr.apply(Fn.SUBTRACT, DType.INT32, f.to(), f.from());
    }

    private static String sum(Accumulator a, List<String> names) {
        String m = method(a);
        int half = names.size() / 2;
        return half == 0 ? names.get(0) : sum(a, names.subList(0, half)) + "." + m + "(" + sum(a, names.subList(half, 2 * half))
                + ")";
    }

    private static String method(Accumulator a) {
        return switch (a.combine()) {
            case SUM -> "add";
            case PROD -> "mul";
            case MAX -> "max";
            default -> "min";
        };
    }

    private static String operator(Accumulator a) {
        return switch (a.combine()) {
            case SUM -> "ADD";
            case PROD -> "MUL";
            case MAX -> "MAX";
            default -> "MIN";
        };
    }

    /**
     * Combines a vector into lanes; under a mask inactive ones stay as they are. In the loop the new vector is the receiver, never the
     * lanes: what class those are C2 learns only from the calls whose result they are, or from a profile, which a method that was first
     * compiled without one (its queue was long) lacks; then the calls stay calls and their vectors are boxed.
     */
    private void combine(Accumulator a, String lanes, String value, VectorExpr v) {
        DType t = a.variable().type();
        String species = VectorExpr.species(t);
        String mask = v.mask == null || species.equals(v.mainSpecies()) ? v.mask : v.mask + ".cast(" + species + ")";
        if (compared.contains(a.variable())) {
            boolean most = a.combine() == Combine.MAX;
            line(lanes + " = " + (mask == null
                    ? value + ".blend(" + lanes + ", " + value + ".compare(VectorOperators." + (most ? "LE" : "GE") + ", " + lanes + "));"
                    : lanes + ".blend(" + value + ", " + value + ".compare(VectorOperators." + (most ? "GT" : "LT") + ", " + lanes + ", "
                            + mask + "));"));
            return;
        }
        String all = value + "." + method(a) + "(" + lanes + ")";
        line(lanes + " = " + (mask == null ? all : lanes + ".blend(" + all + ", " + mask + ")") + ";");
    }
}

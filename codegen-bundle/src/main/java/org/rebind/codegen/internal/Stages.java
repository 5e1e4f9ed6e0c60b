package org.rebind.codegen.internal;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.IntFunction;
import org.rebind.DType;
import org.rebind.codegen.BlockMemory;
import org.rebind.codegen.ir.Array;
import org.rebind.codegen.ir.Expr;
import org.rebind.codegen.ir.Fn;
import org.rebind.codegen.ir.Stmt;
import org.rebind.codegen.ir.Stmt.Accumulator;
import org.rebind.codegen.ir.Stmt.Kind;

/**
 * A loop over lanes that has more functions than a method can have, or that no vectors of one width can compute, as several loops over
 * blocks of it, each of vectors of one width or of scalars. What one computes for a later one is kept in scratch memory, but for what is
 * as soon computed again. All stores are in the last loop, since what they write to may be what earlier ones read.
 *
 * @param block where a block begins
 * @param count its elements
 * @param length of a block at most
 * @param scratch to be declared, but for float32, which are arrays of {@link BlockMemory}
 * @param first of kind {@link Kind#SERIAL} if they are of scalars
 * @param last the last loop, a fold if the whole is one; of kind SERIAL likewise
 * @param results what a fold folds into, with what the last loop folds its block into
 */
record Stages(Expr.Var block, Expr.Var count, int length, Set<Array.Scratch> scratch, List<Stmt.Loop> first, Stmt last,
        Map<Accumulator, Expr.Var> results) {
    /** Bytes of a kept value's block, at most, and of those of all: a third of a level 1 cache. */
    private static final int BYTES = 2048;
    private static final int CACHED = 16384;
    /** Operations that are rather done again. */
    private static final int AGAIN = 3;
    /** What has to be computed by scalars, and what the same scalar is for all lanes, in place of bytes of a vector's lane. */
    private static final int SCALARS = 0;
    private static final int UNIFORM = -1;

    /** Prints vectors of a width over a variable. */
    interface Vectors {
        VectorExpr of(Expr.Var lane, int width);
    }

    /**
     * The loop in stages, null if it has to stay whole.
     *
     * @param most functions of a method
     * @param mixed whether it is for what vectors of one width cannot compute
     * @param floats arrays of float32 that are there already, of {@link BlockMemory#LENGTH}
     * @param vectors to try what can be printed
     */
    static Stages of(Stmt loop, int most, boolean mixed, Names names, IntFunction<Array.Scratch> floats, Vectors vectors) {
        if (!Trees.inside(loop).stream().allMatch(s -> s instanceof Stmt.Let || s instanceof Stmt.Store) || Blocks.readsWhatItWrote(loop)
                || loop instanceof Stmt.Fold f && f.accumulators().stream().anyMatch(Expansion::isArg)) {
            return null;
        }
        return new Maker(loop, most, mixed, names, floats, vectors).made();
    }

    private static final class Maker {
        private final Stmt loop;
        private final int most;
        private final boolean mixed;
        private final Names names;
        private final IntFunction<Array.Scratch> floats;
        private final Expr.Var variable;
        private final Expr.Var block;
        private final Expr.Var count;
        private final Expr.Var lane;
        /** All that has a name, in order. */
        private final Map<Expr.Var, Expr> lets = new LinkedHashMap<>();
        private final Map<Expr, Expr.Var> named = new HashMap<>();
        /** Stage that computes a value which is kept if a later one needs it. */
        private final Map<Expr.Var, Integer> stageOf = new HashMap<>();
        private final Map<Expr.Var, Array.Scratch> places = new HashMap<>();
        /** Bytes of a lane of what vectors can compute, else {@link #SCALARS} or {@link #UNIFORM}. */
        private final Map<Expr.Var, Integer> widths = new HashMap<>();
        private final Map<Integer, VectorExpr> vectors = new LinkedHashMap<>();
        /** Truth values that vectors of a width cannot compute. */
        private final Map<Integer, Set<Expr.Var>> unknown = new HashMap<>();
        private final List<Integer> widthOfStage = new ArrayList<>();

        Maker(Stmt loop, int most, boolean mixed, Names names, IntFunction<Array.Scratch> floats, Vectors vectors) {
            this.loop = loop;
            this.most = most;
            this.mixed = mixed;
            this.names = names;
            this.floats = floats;
            this.variable = loop instanceof Stmt.Fold f ? f.variable() : ((Stmt.Loop) loop).variable();
            this.block = new Expr.Var(names.fresh("block"), DType.INT32);
            this.count = new Expr.Var(names.fresh("count"), DType.INT32);
            this.lane = new Expr.Var(names.fresh("lane"), DType.INT32);
            for (int width : new int[] {Float.BYTES, Double.BYTES}) {
                this.vectors.put(width, vectors.of(lane, width));
                this.unknown.put(width, new HashSet<>());
            }
        }

        Stages made() {
            List<Stmt> last = new ArrayList<>();
            Expr here = Expr.apply(Fn.ADD, DType.INT32, block, lane);
            for (Stmt s : Trees.map(Trees.inside(loop), e -> renamed(e, here))) {
                if (s instanceof Stmt.Let l) {
                    define(l.variable(), withNames(l.value()));
                } else if (s instanceof Stmt.Store st) {
                    last.add(new Stmt.Store(st.array(), withNames(st.index()), withNames(st.value())));
                }
            }
            Map<Accumulator, Expr.Var> results = new LinkedHashMap<>();
            List<Accumulator> parts = new ArrayList<>();
            if (loop instanceof Stmt.Fold f) {
                for (Accumulator a : f.accumulators()) {
                    Expr.Var part = new Expr.Var(names.fresh(a.variable().name() + "Part"), a.variable().type());
                    results.put(a, part);
                    parts.add(new Accumulator(part, a.combine(), withNames(renamed(a.value(), here))));
                }
            }
            int stages = assign(last, parts);
            if (mixed && !isWorthIt()) {
                return null;
            }
            List<Set<Expr.Var>> needed = new ArrayList<>();
            for (int i = 0; i < stages; i++) {
                needed.add(needed(i, i == stages - 1 ? last : List.of(), i == stages - 1 ? parts : List.of()));
            }
            Set<Array.Scratch> scratch = new LinkedHashSet<>();
            int length = place(needed, scratch);
            List<Stmt.Loop> first = new ArrayList<>();
            for (int i = 0; i < stages - 1; i++) {
                first.add(new Stmt.Loop(lane, Expr.integer(0), count, 1, kind(i), body(i, needed.get(i))));
            }
            List<Stmt> body = body(stages - 1, needed.get(stages - 1));
            body.addAll(last);
            Kind kind = kind(stages - 1);
            Stmt whole = loop instanceof Stmt.Fold ? new Stmt.Fold(lane, Expr.integer(0), count, kind, body, parts)
                    : new Stmt.Loop(lane, Expr.integer(0), count, 1, kind, body);
            return new Stages(block, count, length, scratch, first, whole, results);
        }

        private Expr renamed(Expr e, Expr here) {
            return e.equals(variable) ? here : Trees.map(e, x -> renamed(x, here));
        }

        private Kind kind(int stage) {
            return widthOfStage.get(stage) == SCALARS ? Kind.SERIAL : Kind.LANES;
        }

        /** Whether vectors compute functions in spite of what scalars have to. */
        private boolean isWorthIt() {
            return widthOfStage.contains(SCALARS) && lets.entrySet().stream()
                    .anyMatch(l -> VectorExpr.functions(l.getValue()) > 0 && widths.get(l.getKey()) > SCALARS);
        }

        /** An expression in which each function, and what only scalars can compute, is a variable. */
        private Expr withNames(Expr e) {
            Expr mapped = Trees.map(e, this::withNames);
            if (mapped instanceof Expr.Var || VectorExpr.functions(mapped) == 0 && (mapped.type().isBool() || widthOf(mapped) != SCALARS)) {
                return mapped;
            }
            return named.computeIfAbsent(mapped, x -> {
                Expr.Var v = new Expr.Var(names.fresh("part"), x.type());
                define(v, x);
                return v;
            });
        }

        private void define(Expr.Var v, Expr value) {
            lets.put(v, value);
            widths.put(v, widthOf(value));
            if (widths.get(v) == UNIFORM) {
                return;
            }
            vectors.forEach((width, of) -> {
                if (v.type().isBool() && !isPrinted(value, width)) {
                    unknown.get(width).add(v);
                    of.define(v, new Expr.Const(0, DType.INT32)); // it differs from lane to lane, no more
                } else {
                    of.define(v, value);
                }
            });
        }

        private int widthOf(Expr e) {
            if (vectors.values().stream().noneMatch(v -> v.varies(e))) {
                return UNIFORM;
            }
            if (e.type().isBool()) {
                return vectors.keySet().stream().filter(w -> isPrinted(e, w)).findFirst().orElse(SCALARS);
            }
            return vectors.containsKey(e.type().byteSize()) && isPrinted(e, e.type().byteSize()) ? e.type().byteSize() : SCALARS;
        }

        private boolean isPrinted(Expr e, int width) {
            return isPrinted(List.of(e), () -> vectors.get(width).print(e), width);
        }

        private boolean isPrinted(List<Expr> all, Runnable print, int width) {
            boolean[] known = {true};
            all.forEach(e -> Trees.visit(e, x -> known[0] &= !unknown.get(width).contains(x)));
            try {
                if (known[0]) {
                    print.run();
                }
                return known[0];
            } catch (VectorExpr.NoVector e) {
                return false;
            }
        }

        /** Bytes of a lane of what is stored or folded in the end. */
        private int widthOfLast(List<Stmt> last, List<Accumulator> parts) {
            List<Stmt> stores = last.stream().filter(s -> !((Stmt.Store) s).value().type().isBool()).toList();
            int width = !parts.isEmpty() ? parts.get(0).value().type().byteSize()
                    : !stores.isEmpty() ? ((Stmt.Store) stores.get(0)).value().type().byteSize() : Float.BYTES;
            boolean all = vectors.containsKey(width)
                    && parts.stream().allMatch(a -> a.variable().type().byteSize() == width && isPrinted(a.value(), width))
                    && last.stream().allMatch(s -> isPrinted(Trees.expressions(s),
                            () -> vectors.get(width).store(((Stmt.Store) s).array(), ((Stmt.Store) s).index(), ((Stmt.Store) s).value()), width));
            return all ? width : SCALARS;
        }

        /** Fills stages in order, each with what vectors of one width, or scalars, compute. @return how many there are */
        private int assign(List<Stmt> last, List<Accumulator> parts) {
            Map<Expr.Var, Set<Expr.Var>> pending = new LinkedHashMap<>(); // with what each waits for
            lets.forEach((v, value) -> {
                boolean kept = operations(value) > AGAIN || widths.get(v) == SCALARS && !(value instanceof Expr.Var);
                if (VectorExpr.functions(value) > 0 || kept && !v.type().isBool()) {
                    pending.put(v, new HashSet<>());
                }
            });
            pending.forEach((v, waits) -> awaited(lets.get(v), pending.keySet(), waits, new HashSet<>()));
            int used = 0;
            while (!pending.isEmpty()) {
                int width = next(pending);
                widthOfStage.add(width);
                used = 0;
                for (Expr.Var v = ready(pending, width); v != null; v = ready(pending, width)) {
                    int functions = VectorExpr.functions(lets.get(v));
                    if (width != SCALARS && used > 0 && used + functions > most) {
                        widthOfStage.add(width);
                        used = 0;
                    }
                    used += functions;
                    stageOf.put(v, widthOfStage.size() - 1);
                    Expr.Var done = v;
                    pending.remove(done);
                    pending.values().forEach(waits -> waits.remove(done));
                }
            }
            int copies = loop instanceof Stmt.Fold ? 2 : 1; // what fills no vector is in the same method
            int stored = last.stream().mapToInt(s -> VectorExpr.functions(((Stmt.Store) s).array(), ((Stmt.Store) s).value())).sum();
            int width = widthOfLast(last, parts);
            int stages = widthOfStage.size();
            if (stages == 0 || width != widthOfStage.get(stages - 1) || width != SCALARS && (used + stored) * copies > most && used > 0) {
                widthOfStage.add(width);
            }
            return widthOfStage.size();
        }

        /** What an expression needs of these, through what has no stage of its own. */
        private void awaited(Expr e, Set<Expr.Var> of, Set<Expr.Var> found, Set<Expr.Var> seen) {
            Trees.visit(e, x -> {
                if (x instanceof Expr.Var v && of.contains(v)) {
                    found.add(v);
                } else if (x instanceof Expr.Var v && lets.containsKey(v) && seen.add(v)) {
                    awaited(lets.get(v), of, found, seen);
                }
            });
        }

        /** What the next stage is of: of scalars if it can be, since then others have less to wait for. */
        private int next(Map<Expr.Var, Set<Expr.Var>> pending) {
            if (ready(pending, SCALARS) != null) {
                return SCALARS;
            }
            for (Map.Entry<Expr.Var, Set<Expr.Var>> p : pending.entrySet()) {
                if (p.getValue().isEmpty() && widths.get(p.getKey()) != UNIFORM) {
                    return widths.get(p.getKey());
                }
            }
            return Float.BYTES;
        }

        private Expr.Var ready(Map<Expr.Var, Set<Expr.Var>> pending, int width) {
            for (Map.Entry<Expr.Var, Set<Expr.Var>> p : pending.entrySet()) {
                if (p.getValue().isEmpty() && (widths.get(p.getKey()) == width || widths.get(p.getKey()) == UNIFORM && width != SCALARS)) {
                    return p.getKey();
                }
            }
            return null;
        }

        private static int operations(Expr e) {
            return (e instanceof Expr.Apply ? 1 : 0) + Trees.children(e).stream().mapToInt(Maker::operations).sum();
        }

        /** The variables that a stage has, computed or from an earlier one. */
        private Set<Expr.Var> needed(int stage, List<Stmt> last, List<Accumulator> parts) {
            Set<Expr.Var> all = new HashSet<>();
            stageOf.forEach((v, own) -> {
                if (own == stage) {
                    need(v, stage, all);
                }
            });
            last.forEach(s -> Trees.expressions(s).forEach(e -> needIn(e, stage, all)));
            parts.forEach(a -> needIn(a.value(), stage, all));
            return all;
        }

        private void need(Expr.Var v, int stage, Set<Expr.Var> all) {
            if (lets.containsKey(v) && all.add(v) && stageOf.getOrDefault(v, stage) == stage) {
                needIn(lets.get(v), stage, all);
            }
        }

        private void needIn(Expr e, int stage, Set<Expr.Var> all) {
            Trees.visit(e, x -> {
                if (x instanceof Expr.Var v) {
                    need(v, stage, all);
                }
            });
        }

        /** Gives what later stages need a place, that of what none needs any more again. @return the length of a block */
        private int place(List<Set<Expr.Var>> needed, Set<Array.Scratch> scratch) {
            Map<Expr.Var, Integer> until = new LinkedHashMap<>();
            for (Expr.Var v : lets.keySet()) {
                for (int i = 0; i < needed.size(); i++) {
                    if (stageOf.getOrDefault(v, i) < i && needed.get(i).contains(v)) {
                        until.put(v, i);
                    }
                }
            }
            Map<Expr.Var, Integer> numbers = new LinkedHashMap<>();
            List<DType> types = new ArrayList<>();
            Map<DType, Deque<Integer>> free = new HashMap<>();
            for (int i = 0; i < needed.size(); i++) {
                int stage = i;
                numbers.forEach((v, n) -> {
                    if (until.get(v) == stage - 1) {
                        free.computeIfAbsent(v.type(), t -> new ArrayDeque<>()).push(n);
                    }
                });
                for (Expr.Var v : until.keySet()) {
                    if (stageOf.get(v) == stage) {
                        Deque<Integer> again = free.getOrDefault(v.type(), new ArrayDeque<>());
                        if (again.isEmpty()) {
                            types.add(v.type());
                        }
                        numbers.put(v, again.isEmpty() ? types.size() - 1 : again.pop());
                    }
                }
            }
            int bytes = BYTES;
            while (bytes * types.size() > CACHED && bytes > BYTES / 8) {
                bytes /= 2;
            }
            int length = bytes / types.stream().mapToInt(DType::byteSize).max().orElse(Float.BYTES);
            List<Array.Scratch> arrays = new ArrayList<>();
            int ofFloats = 0;
            for (DType t : types) {
                arrays.add(t == DType.FLOAT32 ? floats.apply(ofFloats++) : new Array.Scratch(names.fresh("kept"), t, Expr.integer(length)));
            }
            numbers.forEach((v, n) -> places.put(v, arrays.get(n)));
            arrays.stream().filter(a -> a.dtype() != DType.FLOAT32).forEach(scratch::add);
            return length;
        }

        private List<Stmt> body(int stage, Set<Expr.Var> needed) {
            List<Stmt> body = new ArrayList<>();
            lets.forEach((v, value) -> {
                if (needed.contains(v)) {
                    int own = stageOf.getOrDefault(v, stage);
                    body.add(new Stmt.Let(v, own < stage ? new Expr.Load(places.get(v), lane, v.type()) : value));
                    if (own == stage && stageOf.containsKey(v) && places.containsKey(v)) {
                        body.add(new Stmt.Store(places.get(v), lane, v));
                    }
                }
            });
            return body;
        }
    }
}

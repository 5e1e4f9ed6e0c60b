package org.rebind.codegen.internal;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.rebind.codegen.Kernel;
import org.rebind.codegen.KernelNote;
import org.rebind.codegen.Step;
import org.rebind.codegen.ir.Array;
import org.rebind.codegen.ir.Expr;
import org.rebind.codegen.ir.Stmt;

/**
 * Lets kernels write their result over a temporary that nothing reads afterwards, where each element is read only where
 * and when it is written: the elementwise tail of a matrix product works on the product itself.
 */
final class InPlace {
    private final Memories memories;
    private final List<Step> steps;

    InPlace(Memories memories, List<Step> steps) {
        this.memories = memories;
        this.steps = new ArrayList<>(steps);
    }

    List<Step> apply() {
        for (int s = 0; s < steps.size(); s++) {
            if (steps.get(s) instanceof Step.KernelStep k) {
                merge(s, k);
            }
        }
        return steps;
    }

    private void merge(int at, Step.KernelStep step) {
        Kernel k = step.kernel();
        for (int o = 0; o < step.buffers().size(); o++) {
            for (int i = 0; i < step.buffers().size(); i++) {
                if (k.buffers().get(o).access() == Array.Access.WRITE && k.buffers().get(i).access() == Array.Access.READ
                        && memories.mayShare(step.buffers().get(i), step.buffers().get(o))
                        && isLastUse(step.buffers().get(i), at) && isFirstUse(step.buffers().get(o), at)
                        && isSafe(k.body(), k.launch(), k.buffers().get(i), k.buffers().get(o))) {
                    replace(at, step, i, o);
                    return;
                }
            }
        }
    }

    private boolean isLastUse(int buffer, int at) {
        return steps.subList(at + 1, steps.size()).stream().noneMatch(s -> Memories.touched(s).contains(buffer));
    }

    private boolean isFirstUse(int buffer, int at) {
        return steps.subList(0, at).stream().noneMatch(s -> Memories.touched(s).contains(buffer));
    }

    /**
     * Whether each load of {@code in} is of the very element that is stored, none comes after a store, and no thread stores what
     * another one loads.
     */
    static boolean isSafe(List<Stmt> body, Kernel.Launch launch, Array in, Array out) {
        Order order = new Order(in, out, launch != Kernel.Launch.CHUNKS);
        order.visit(body);
        return order.places.size() == 1 && order.lastLoad <= order.firstStore && !order.shared;
    }

    /** Numbers statements as they run; a store's own operands are read before it writes. */
    private static final class Order {
        private final Array in;
        private final Array out;
        private final Set<Expr> places = new HashSet<>();
        private int now;
        private int lastLoad = -1;
        private int firstStore = Integer.MAX_VALUE;
        /** Whether all threads of a group run the statements here. */
        private boolean together;
        /** Whether all threads of a group load or store one element. */
        private boolean shared;

        Order(Array in, Array out, boolean together) {
            this.in = in;
            this.out = out;
            this.together = together;
        }

        void visit(List<Stmt> body) {
            for (Stmt s : body) {
                now++;
                Trees.expressions(s).forEach(this::loads);
                if (s instanceof Stmt.Store st && st.array().equals(out)) {
                    places.add(st.index());
                    firstStore = Math.min(firstStore, now);
                    shared |= together;
                }
                boolean before = together;
                together = together(s);
                visit(Trees.inside(s));
                if (s instanceof Stmt.Fold f) { // combined at the end of each iteration
                    now++;
                    f.accumulators().forEach(a -> loads(a.value()));
                }
                together = before;
            }
        }

        /** Whether all threads of a group run what is inside; of GRID and THREADS each runs its own iterations. */
        private boolean together(Stmt s) {
            Stmt.Kind kind = s instanceof Stmt.Loop l ? l.kind() : s instanceof Stmt.Fold f ? f.kind() : null;
            return together && kind != Stmt.Kind.GRID && kind != Stmt.Kind.THREADS;
        }

        private void loads(Expr e) {
            Trees.visit(e, x -> {
                if (x instanceof Expr.Load l && l.array().equals(in)) {
                    places.add(l.index());
                    lastLoad = now;
                    shared |= together;
                }
            });
        }
    }

    private void replace(int at, Step.KernelStep step, int in, int out) {
        Kernel k = step.kernel();
        Array.Buffer old = k.buffers().get(in);
        Array.Buffer written = k.buffers().get(out);
        Array.Buffer both = new Array.Buffer(old.name(), old.dtype(), Array.Access.READ_WRITE);
        List<Array.Buffer> buffers = new ArrayList<>(k.buffers());
        List<Integer> numbers = new ArrayList<>(step.buffers());
        int from = numbers.get(in);
        int to = numbers.get(out);
        buffers.set(in, both);
        buffers.remove(out);
        numbers.remove(out);
        KernelNote note = new KernelNote(k.note().ops(), k.note().space() + " in place", k.note().bytes());
        Kernel changed = new Kernel(k.name(), buffers, k.sizes(), k.extent(), k.launch(), k.workPerItem(), k.chunkMultiple(),
                k.lookAhead(), k.vectorBits(), swap(k.body(), old, written, both), note);
        steps.set(at, new Step.KernelStep(changed, numbers));
        memories.merge(to, from);
        int[] number = memories.numbers();
        number[to] = from;
        for (int s = at + 1; s < steps.size(); s++) {
            steps.set(s, renumbered(steps.get(s), number));
        }
    }

    /** A step whose buffers have these new numbers. */
    static Step renumbered(Step s, int[] number) {
        if (s instanceof Step.KernelStep k) {
            return new Step.KernelStep(k.kernel(), k.buffers().stream().map(b -> number[b]).toList());
        }
        Step.MatmulStep m = (Step.MatmulStep) s;
        return new Step.MatmulStep(operand(m.a(), number), operand(m.b(), number), number[m.out()], m.dtype(), m.batch(),
                m.m(), m.n(), m.k(), (Step.KernelStep) renumbered(m.generated(), number), m.note());
    }

    private static Step.Operand operand(Step.Operand o, int[] number) {
        return new Step.Operand(number[o.buffer()], o.offset(), o.transposed(), o.leading(), o.batchStrides());
    }

    private static List<Stmt> swap(List<Stmt> body, Array old, Array written, Array both) {
        List<Stmt> r = new ArrayList<>();
        for (Stmt s : body) {
            if (s instanceof Stmt.Let l) {
                r.add(new Stmt.Let(l.variable(), swap(swap(l.value(), written, both), old, both)));
            } else if (s instanceof Stmt.Mutable m) {
                r.add(new Stmt.Mutable(m.variable(), swap(m.initial(), old, both)));
            } else if (s instanceof Stmt.Assign a) {
                r.add(new Stmt.Assign(a.variable(), swap(a.value(), old, both)));
            } else if (s instanceof Stmt.Store st) {
                r.add(new Stmt.Store(st.array().equals(written) ? both : st.array(), swap(st.index(), old, both),
                        swap(swap(st.value(), written, both), old, both)));
            } else if (s instanceof Stmt.If i) {
                r.add(new Stmt.If(swap(i.condition(), old, both), swap(i.body(), old, written, both)));
            } else if (s instanceof Stmt.Fold f) {
                r.add(new Stmt.Fold(f.variable(), f.from(), f.to(), f.kind(), swap(f.body(), old, written, both),
                        f.accumulators().stream().map(a -> new Stmt.Accumulator(a.variable(), a.combine(),
                                swap(swap(a.value(), written, both), old, both), a.extreme())).toList()));
            } else {
                r.add(Tidy.withBody(s, swap(Trees.inside(s), old, written, both)));
            }
        }
        return r;
    }

    private static Expr swap(Expr e, Array old, Array both) {
        Expr x = Trees.map(e, c -> swap(c, old, both));
        return x instanceof Expr.Load l && l.array().equals(old)
                ? new Expr.Load(both, l.index(), l.type(), l.guard(), l.otherwise()) : x;
    }
}

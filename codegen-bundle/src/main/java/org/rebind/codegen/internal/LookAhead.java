package org.rebind.codegen.internal;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.rebind.DType;
import org.rebind.codegen.Kernel;
import org.rebind.codegen.ir.Array;
import org.rebind.codegen.ir.Expr;
import org.rebind.codegen.ir.Fn;
import org.rebind.codegen.ir.Stmt;
import org.rebind.codegen.ir.Stmt.Accumulator;
import org.rebind.codegen.ir.Stmt.Kind;

/**
 * A loop over rows that begins with the largest of a row and ends with a loop over it, as a softmax does: the largest of the next row
 * is found in that last loop, so that memory is read while the row before is written. A largest does not depend on the
 * order, so results stay the same bit for bit.
 */
final class LookAhead {
    private LookAhead() {
    }

    /** The loop in its new form, null if it has another. */
    static List<Stmt> of(Stmt.Loop rows, Kernel kernel, Names names, Expansion expansion) {
        List<Stmt> body = rows.body();
        if (rows.kind() != Kind.SERIAL || rows.step() != 1 || body.size() < 3 || !(body.get(0) instanceof Stmt.Fold first)
                || !(body.get(body.size() - 1) instanceof Stmt.Loop last) || !fit(first, last)) {
            return null;
        }
        Set<Array> written = new HashSet<>();
        Trees.written(body, written);
        DType type = first.accumulators().get(0).variable().type();
        boolean[] apart = {false};
        Trees.visit(List.of(first), e -> apart[0] |= e instanceof Expr.Load l && written.contains(l.array())
                && !isRowsOwn(l, rows, kernel));
        // one loop that has no vector form must not keep the other from it
        Trees.visit(List.of(first, last), e -> apart[0] |= e instanceof Expr.Load l
                && (l.type() != type || l.array().dtype() != type || l.guard() != null));
        boolean plain = last.body().stream().allMatch(s -> s instanceof Stmt.Let
                || s instanceof Stmt.Store st && st.value().type() == type && st.array().dtype() == type)
                && first.body().stream().allMatch(s -> s instanceof Stmt.Let);
        return apart[0] || !plain ? null : ahead(rows, first, last, names, expansion);
    }

    /** Whether no row of the loop touches what another row has in that array: then the next row is still as it was. */
    private static boolean isRowsOwn(Expr.Load l, Stmt.Loop rows, Kernel kernel) {
        return l.array() instanceof Array.Buffer b && rows.from().equals(Lowering.LO) && rows.to().equals(Lowering.HI)
                && Confinement.rows(kernel, b, rows.variable(), l.index());
    }

    private static boolean fit(Stmt.Fold first, Stmt.Loop last) {
        return first.kind() == Kind.LANES && last.kind() == Kind.LANES && last.step() == 1 && first.from().equals(last.from())
                && first.to().equals(last.to()) && VectorWriter.isExtreme(first)
                && !VectorWriter.isShort(first.from(), first.to());
    }

    private static List<Stmt> ahead(Stmt.Loop rows, Stmt.Fold first, Stmt.Loop last, Names names, Expansion expansion) {
        Accumulator a = first.accumulators().get(0);
        Expr.Var known = new Expr.Var(names.fresh(a.variable().name()), a.variable().type());
        Stmt.Fold before = row(first, rows.variable(), rows.from(), first.variable(), List.of(), names, expansion);
        Expr.Var start = before.accumulators().get(0).variable();

        Expr.Var after = new Expr.Var(names.fresh("after"), DType.INT32);
        Expr one = Expr.integer(1);
        List<Stmt> body = new ArrayList<>();
        body.add(new Stmt.Let(a.variable(), known));
        body.addAll(rows.body().subList(1, rows.body().size() - 1));
        body.add(new Stmt.Let(after, Expr.apply(Fn.INDEX_MIN, DType.INT32,
                Expr.apply(Fn.ADD, DType.INT32, rows.variable(), one), Expr.apply(Fn.SUBTRACT, DType.INT32, rows.to(), one))));
        Stmt.Fold both = row(first, rows.variable(), after, last.variable(), last.body(), names, expansion);
        body.add(both);
        body.add(new Stmt.Assign(known, both.accumulators().get(0).variable()));
        return List.of(new Stmt.If(Expr.apply(Fn.LESS, DType.BOOL, rows.from(), rows.to()), List.of(before,
                new Stmt.Mutable(known, start),
                new Stmt.Loop(rows.variable(), rows.from(), rows.to(), 1, Kind.SERIAL, body))));
    }

    /**
     * The fold over another row, and what else is done for each of its lanes. It loads first: large arrays begin at the same place
     * of a page, and a load whose last 12 address bits are those of a store just before it waits for the store.
     */
    private static Stmt.Fold row(Stmt.Fold f, Expr.Var row, Expr other, Expr.Var lane, List<Stmt> also, Names names,
            Expansion expansion) {
        Accumulator a = f.accumulators().get(0);
        Map<Expr.Var, Expr> renamed = new HashMap<>();
        renamed.put(row, other);
        renamed.put(f.variable(), lane);
        List<Stmt> body = new ArrayList<>(expansion.copy(f.body(), renamed));
        Expr.Var value = new Expr.Var(names.fresh("value"), a.variable().type());
        body.add(new Stmt.Let(value, Expansion.rename(a.value(), renamed)));
        body.addAll(also);
        Expr.Var result = new Expr.Var(names.fresh(a.variable().name()), a.variable().type());
        return new Stmt.Fold(lane, f.from(), f.to(), Kind.LANES, body, List.of(new Accumulator(result, a.combine(), value)));
    }
}

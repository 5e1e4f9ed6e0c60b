package org.rebind.codegen.internal;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.rebind.DType;
import org.rebind.codegen.Kernel;
import org.rebind.codegen.ir.Array;
import org.rebind.codegen.ir.Expr;
import org.rebind.codegen.ir.Fn;
import org.rebind.codegen.ir.Stmt;
import org.rebind.codegen.ir.Stmt.Kind;

/** Which kernels may write over what they read. */
class InPlaceTest {
    private static final DType F = DType.FLOAT32;
    private final Array.Buffer in = new Array.Buffer("in", F, Array.Access.READ);
    private final Array.Buffer out = new Array.Buffer("out", F, Array.Access.WRITE);
    private final Expr.Var row = new Expr.Var("row", DType.INT32);
    private final Expr.Var j = new Expr.Var("j", DType.INT32);
    private final Expr.Var y = new Expr.Var("y", F);

    private List<Stmt> twice(Expr at) {
        return List.of(new Stmt.Let(y, Expr.apply(Fn.ADD, F, new Expr.Load(in, at, F), new Expr.Load(in, at, F))),
                new Stmt.Store(out, at, y));
    }

    private static Stmt loop(Expr.Var v, Kind kind, List<Stmt> body) {
        return new Stmt.Loop(v, Expr.integer(0), Expr.integer(8), 1, kind, body);
    }

    private boolean isSafe(Kernel.Launch launch, Stmt... body) {
        return InPlace.isSafe(List.of(body), launch, in, out);
    }

    @Test
    void eachThreadOfAGridHasItsOwnElement() {
        assertTrue(isSafe(Kernel.Launch.THREADS, loop(row, Kind.GRID, twice(row))));
    }

    @Test
    void eachThreadOfAGroupHasItsOwnElements() {
        assertTrue(isSafe(Kernel.Launch.GROUPS, loop(row, Kind.GROUPS, List.of(loop(j, Kind.THREADS, twice(j))))));
    }

    @Test
    void whatAllThreadsOfAGroupReadIsNotOverwrittenByOneOfThem() {
        Stmt.Let read = new Stmt.Let(y, new Expr.Load(in, row, F));
        Stmt store = new Stmt.If(Expr.apply(Fn.EQUAL, DType.BOOL, Lowering.THREAD, Expr.integer(0)),
                List.of(new Stmt.Store(out, row, y)));
        assertFalse(isSafe(Kernel.Launch.GROUPS, loop(row, Kind.GROUPS, List.of(read, store))));
    }

    @Test
    void whatAllThreadsOfAGridReadIsNotOverwrittenByOneOfThem() {
        Expr first = Expr.integer(0);
        Stmt.Let read = new Stmt.Let(y, new Expr.Load(in, first, F));
        List<Stmt> store = List.of(new Stmt.Store(out, first, y));
        assertFalse(isSafe(Kernel.Launch.THREADS, read, loop(row, Kind.GRID, store)));
        assertTrue(isSafe(Kernel.Launch.CHUNKS, read, loop(row, Kind.SERIAL, store)));
    }

    @Test
    void anotherElementOrALaterReadIsNotSafe() {
        Expr.Load another = new Expr.Load(in, Expr.integer(0), F);
        assertFalse(isSafe(Kernel.Launch.THREADS, loop(row, Kind.GRID, List.of(new Stmt.Store(out, row, another)))));
        assertFalse(isSafe(Kernel.Launch.THREADS, loop(row, Kind.GRID, List.of(new Stmt.Store(out, row, y),
                new Stmt.Let(y, new Expr.Load(in, row, F))))));
    }
}

package org.rebind.tracer.internal.simplify;

import java.util.function.UnaryOperator;
import org.rebind.graph.Graph;

/**
 * The passes of simplify, in the order they run. Each is a pure function, keeps every result bit for bit (all NaNs being
 * one value) and can be left out to bisect a wrong result.
 */
public enum Pass {
    /** Replaces symbols that guards fix to a number, or to another symbol, by it. */
    SUBSTITUTE_SYMBOLS(Substitution::apply),
    /** Computes ops on constants; a constant is one {@code full}, nothing larger is ever made. */
    FOLD_CONSTANTS(g -> new ConstantFolding(g).run()),
    /** Drops and joins ops by identities that are exact in floating point. */
    APPLY_IDENTITIES(g -> new Identities(g).run()),
    /** Makes equal computations one. */
    MERGE_DUPLICATES(g -> new Duplicates(g).run()),
    /** Removes nodes that no result needs; parameters stay. */
    REMOVE_DEAD_CODE(DeadCode::remove);

    private final UnaryOperator<Graph> body;

    Pass(UnaryOperator<Graph> body) {
        this.body = body;
    }

    public Graph apply(Graph graph) {
        return body.apply(graph);
    }
}

package org.rebind.tracer.internal.dispatch;

import java.util.List;
import java.util.Map;
import org.rebind.graph.Graph;
import org.rebind.pytree.TreeDef;
import org.rebind.tracer.internal.simplify.Simplify;
import org.rebind.tracer.internal.tensor.ConcreteTensor;
import org.rebind.tracer.internal.trace.Effect;
import org.rebind.tracer.internal.trace.TraceResult;

/**
 * Compares two traces of one signature: a function without hidden state gives equal ones. Where sizes are symbolic, a trace
 * may settle a question by other guards for the sizes of another call; then the graphs have to be equal for these sizes.
 */
final class TraceComparison {
    private TraceComparison() {
    }

    /**
     * The first difference, as a phrase; null if there is none.
     *
     * @param sizes of the second call by symbol; the guards of both traces admit them
     */
    static String difference(Compilation first, TraceResult second, TreeDef results, Map<String, Long> sizes) {
        TraceResult one = first.trace();
        if (!first.results().equals(results)) {
            return "its result was " + first.results() + " and is " + results;
        } else if (!one.graph().equals(second.graph()) && (sizes.isEmpty()
                || !Simplify.specialise(one.graph(), sizes).equals(Simplify.specialise(second.graph(), sizes)))) {
            return graphs(one.graph(), second.graph());
        } else if (!one.effects().stream().map(Effect::results).toList()
                .equals(second.effects().stream().map(Effect::results).toList())) {
            return "its declared effects differ";
        }
        for (int i = 0; i < one.captured().size(); i++) {
            ConcreteTensor a = one.captured().get(i);
            ConcreteTensor b = second.captured().get(i);
            if (a != b && !a.equals(b)) {
                return "it uses another tensor of type " + b.type() + " that is no argument";
            }
        }
        return null;
    }

    private static String graphs(Graph a, Graph b) {
        List<String> left = a.toString().lines().toList();
        List<String> right = b.toString().lines().toList();
        for (int i = 0; i < Math.min(left.size(), right.size()); i++) {
            if (!left.get(i).equals(right.get(i))) {
                return "`" + left.get(i).strip() + "` became `" + right.get(i).strip() + "`";
            }
        }
        return "it computed " + a.nodes().size() + " operations and then " + b.nodes().size();
    }
}

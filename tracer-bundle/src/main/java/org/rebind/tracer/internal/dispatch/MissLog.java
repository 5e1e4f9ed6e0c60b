package org.rebind.tracer.internal.dispatch;

import java.lang.System.Logger.Level;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.rebind.MissReason;
import org.rebind.graph.Guard;
import org.rebind.tracer.internal.tensor.ConcreteTensor;

/** Why a function compiled, for the last misses; warns once about a leaf that alone makes it compile again and again. */
final class MissLog {
    static final int KEPT = 32;
    static final int MOST_BY_ONE_LEAF = 8;
    private static final System.Logger LOG = System.getLogger("org.rebind.compile");

    private final Deque<MissReason> reasons = new ArrayDeque<>();
    private final Map<String, Integer> byLeaf = new HashMap<>();
    private final Set<String> warned = new HashSet<>();

    /** The reason for a compilation, compared with the entries there are. */
    MissReason explain(Arguments args, List<Entry> entries) {
        String signature = args.signature().toString();
        Entry nearest = null;
        List<Differences.Difference> least = List.of();
        for (int i = entries.size() - 1; i >= 0; i--) { // the most recently used one wins a tie
            List<Differences.Difference> d = Differences.between(entries.get(i).signature, args.signature());
            if (nearest == null || d.size() < least.size()) {
                nearest = entries.get(i);
                least = d;
            }
        }
        if (nearest == null) {
            return new MissReason(signature, Optional.empty(), "", "");
        } else if (least.isEmpty()) {
            return guard(signature, nearest, args);
        }
        return new MissReason(signature, Optional.of(nearest.signature.toString()), least.get(0).toString()
                + (least.size() > 1 ? " (and " + (least.size() - 1) + " more)" : ""), least.get(0).advice());
    }

    private static MissReason guard(String signature, Entry nearest, Arguments args) {
        ConcreteTensor[] values = nearest.values();
        System.arraycopy(args.leaves(), 0, values, 0, args.leaves().length);
        Guard failing = nearest.failingGuard(values);
        return failing == null ? new MissReason(signature, Optional.of(nearest.signature.toString()),
                "the entry was there no more", "")
                : new MissReason(signature, Optional.of(nearest.signature.toString()), "guard " + failing
                        + " does not hold", "use tensor.dim(axis) and dim arithmetic instead of the number");
    }

    /** Keeps the reason of a finished miss, and says what to do if one leaf has caused too many. */
    synchronized void add(String function, MissReason reason) {
        reasons.addFirst(reason);
        if (reasons.size() > KEPT) {
            reasons.removeLast();
        }
        boolean alone = reason.nearest().isPresent() && !reason.difference().endsWith(" more)");
        int colon = reason.difference().indexOf(": ");
        if (!alone || colon < 0) {
            return;
        }
        String leaf = reason.difference().substring(0, colon);
        int count = byLeaf.merge(leaf, 1, Integer::sum);
        if (count > MOST_BY_ONE_LEAF && warned.add(leaf)) {
            LOG.log(Level.WARNING, "{0}: {1} alone has caused {2} compilations, the last one by {3}; {4}", function, leaf,
                    Integer.toString(count), reason.difference().substring(colon + 2), reason.advice());
        }
    }

    /** Newest first. */
    synchronized List<MissReason> newest() {
        return List.copyOf(new ArrayList<>(reasons));
    }
}

package org.rebind.tracer.elsewhere;

import java.util.ArrayList;
import java.util.List;
import org.rebind.Tensor;

/** User code of another package, as another bundle has it. */
public class OtherBundle {
    public static final List<String> LOG = new ArrayList<>();
    private int calls;

    public Tensor logged(Tensor x) {
        LOG.add("called");
        return x.add(1);
    }

    protected Tensor counted(Tensor x) {
        calls++;
        return x.add(1);
    }

    public int calls() {
        return calls;
    }
}

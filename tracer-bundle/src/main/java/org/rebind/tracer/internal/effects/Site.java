package org.rebind.tracer.internal.effects;

import java.util.List;
import org.objectweb.asm.Handle;

/** A place in the code that makes a fresh object, and all that may be stored in such objects. Confined to a scan. */
final class Site {
    /** Internal name of the class of the objects, null if only a table knows it. */
    final String type;
    /** The implementing method if the objects are lambdas, else null. */
    final Handle lambda;
    /** What the lambda captures. */
    List<AbstractValue> captured = List.of();
    private AbstractValue contents = AbstractValue.NOTHING;

    Site(String type, Handle lambda) {
        this.type = type;
        this.lambda = lambda;
    }

    AbstractValue contents() {
        return contents;
    }

    /** @return whether this changed what is known */
    boolean store(AbstractValue value) {
        AbstractValue before = contents;
        contents = contents.join(value.asReference());
        return !contents.equals(before);
    }
}

package org.rebind.tracer.internal.effects;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.objectweb.asm.tree.analysis.Value;

/**
 * What is known about a value of user code: where it may come from. Immutable; equal values say the same.
 *
 * @param size 1 or 2 slots; 0 for an unset variable
 * @param origins bits of ARGUMENT, SHARED and UNKNOWN; none for primitives, immutable objects and fresh ones
 * @param sites where it may have been made, if fresh
 * @param known run-time objects it may be, by identity
 * @param exact whether sites and known are all it may be
 */
record AbstractValue(int size, int origins, Set<Site> sites, Set<Object> known, boolean exact) implements Value {
    /** Came in as an argument of the function, or was reached from one. */
    static final int ARGUMENT = 1;
    /** Captured, static, or reached from there: others see changes of it. */
    static final int SHARED = 2;
    /** Nobody knows. */
    static final int UNKNOWN = 4;

    private static final int MOST = 24;

    static final AbstractValue UNSET = new AbstractValue(0, 0, Set.of(), Set.of(), true);
    static final AbstractValue NOTHING = new AbstractValue(1, 0, Set.of(), Set.of(), true);
    static final AbstractValue WIDE = new AbstractValue(2, 0, Set.of(), Set.of(), true);

    static AbstractValue of(int origins) {
        return new AbstractValue(1, origins, Set.of(), Set.of(), false);
    }

    static AbstractValue fresh(Site site) {
        return new AbstractValue(1, 0, Set.of(site), Set.of(), true);
    }

    static AbstractValue known(int origins, Collection<?> objects) {
        Set<Object> set = Collections.newSetFromMap(new IdentityHashMap<>());
        for (Object o : objects) {
            if (o != null) {
                set.add(o);
            }
        }
        return set.size() > MOST ? of(origins) : new AbstractValue(1, origins, Set.of(), set, true);
    }

    static AbstractValue captured(Object object) {
        return object == null || isImmutable(object.getClass()) ? NOTHING : known(SHARED, List.of(object));
    }

    private boolean isNothing() {
        return size == 1 && origins == 0 && exact && sites.isEmpty() && known.isEmpty();
    }

    boolean isFresh() {
        return origins == 0;
    }

    boolean is(int origin) {
        return (origins & origin) != 0;
    }

    @Override
    public int getSize() {
        return Math.max(size, 1);
    }

    AbstractValue asReference() {
        return size == 1 ? this : NOTHING;
    }

    AbstractValue join(AbstractValue other) {
        if (this == other || other.isNothing() && size == 1 || equals(other)) {
            return this;
        } else if (isNothing() && other.size == 1) {
            return other;
        }
        if (size == 0 || other.size == 0 || size != other.size) {
            return UNSET;
        }
        Set<Site> s = new HashSet<>(sites);
        s.addAll(other.sites);
        Set<Object> k = Collections.newSetFromMap(new IdentityHashMap<>());
        k.addAll(known);
        k.addAll(other.known);
        boolean tooMany = k.size() > MOST;
        return new AbstractValue(size, origins | other.origins, s, tooMany ? Set.of() : k,
                exact && other.exact && !tooMany);
    }

    AbstractValue with(int moreOrigins) {
        return new AbstractValue(size, origins | moreOrigins, sites, known, exact);
    }

    /** This value if it is that known object. */
    AbstractValue only(Object object) {
        return known(origins, List.of(object));
    }

    /** What may be inside: elements, fields, captured values. */
    AbstractValue contents() {
        AbstractValue inside = origins == 0 ? NOTHING : inside();
        for (Site s : sites) {
            inside = inside.join(s.contents());
            for (AbstractValue c : s.captured) {
                inside = inside.join(c.asReference());
            }
        }
        return inside;
    }

    private AbstractValue inside() {
        if (!exact) {
            return of(origins);
        }
        List<Object> elements = new ArrayList<>();
        for (Object o : known) {
            if (o instanceof Object[] a) {
                Collections.addAll(elements, a);
            } else if (o instanceof Collection<?> c && ClassFiles.isPlatform(c.getClass().getName().replace('.', '/'))) {
                if (c.size() > MOST) {
                    return of(origins);
                }
                elements.addAll(c);
            } else if (o instanceof Map<?, ?> m && ClassFiles.isPlatform(m.getClass().getName().replace('.', '/'))) {
                elements.addAll(m.values());
                elements.addAll(m.keySet());
            } else if (o instanceof Optional<?> p) {
                elements.add(p.orElse(null));
            } else {
                return of(origins);
            }
        }
        elements.removeIf(e -> e == null || isImmutable(e.getClass()));
        return known(origins, elements);
    }

    /** Whether nothing reachable from objects of this class can be changed by anybody. */
    static boolean isImmutable(Class<?> type) {
        return type.isPrimitive() || type == String.class || Number.class.isAssignableFrom(type) && isNumber(type)
                || type == Boolean.class || type == Character.class || type == Class.class
                || org.rebind.Tensor.class.isAssignableFrom(type) || type == org.rebind.Dim.class
                || type == org.rebind.Shape.class || type == org.rebind.TensorType.class;
    }

    private static boolean isNumber(Class<?> type) {
        return type.getPackageName().equals("java.lang") || type.getPackageName().equals("java.math");
    }

    /** {@link #isImmutable} by descriptor, for values of declared types. */
    static boolean isImmutable(String internalName) {
        return switch (internalName) {
            case "java/lang/String", "java/lang/Integer", "java/lang/Long", "java/lang/Double", "java/lang/Float",
                "java/lang/Boolean", "java/lang/Character", "java/lang/Byte", "java/lang/Short", "java/lang/Class",
                "java/math/BigInteger", "java/math/BigDecimal", "org/rebind/Tensor", "org/rebind/Dim",
                "org/rebind/Shape", "org/rebind/TensorType", "org/rebind/DType" -> true;
            default -> internalName.startsWith("java/time/") && !internalName.equals("java/time/Clock");
        };
    }
}

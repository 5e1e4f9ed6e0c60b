package org.rebind.tracer.internal.effects;

import java.util.Map;
import java.util.Set;
import org.rebind.SideEffectException.Kind;

/** The table of what methods of the platform (and of the usual logging interfaces) do. */
final class PlatformMethods {
    private static final Set<String> COLLECTION_MUTATORS = Set.of("add", "addAll", "addFirst", "addLast", "addElement",
            "clear", "compute", "computeIfAbsent", "computeIfPresent", "drainTo", "merge", "offer", "offerFirst",
            "offerLast", "poll", "pollFirst", "pollLast", "pollFirstEntry", "pollLastEntry", "pop", "push", "put",
            "putAll", "putFirst", "putLast", "putIfAbsent", "remove", "removeAll", "removeFirst", "removeLast",
            "removeIf", "removeElement", "removeAllElements", "removeRange", "replace", "replaceAll", "retainAll", "set",
            "setElementAt", "insertElementAt", "setSize", "setValue", "sort", "next", "previous", "nextElement",
            "nextInt", "nextLong", "nextDouble", "flip", "and", "or", "xor", "andNot", "forEachRemaining", "tryAdvance",
            "accept", "combine", "trimToSize", "ensureCapacity", "take", "addTo", "setProperty", "load", "loadFromXML",
            "nextToken", "update", "reset");
    private static final Set<String> ATOMIC_READERS = Set.of("get", "getPlain", "getAcquire", "getOpaque", "intValue",
            "longValue", "doubleValue", "floatValue", "sum", "toString", "length", "getReference", "getStamp", "isMarked",
            "<init>", "hashCode", "equals", "byteValue", "shortValue");
    private static final Set<String> MEMORY_STREAMS = Set.of("java/io/ByteArrayOutputStream", "java/io/ByteArrayInputStream",
            "java/io/StringWriter", "java/io/StringReader", "java/io/CharArrayWriter", "java/io/CharArrayReader");
    private static final Set<String> WRAPPING_STREAMS = Set.of("java/io/PrintStream", "java/io/PrintWriter",
            "java/io/BufferedReader", "java/io/BufferedWriter", "java/io/BufferedInputStream",
            "java/io/BufferedOutputStream", "java/io/DataInputStream", "java/io/DataOutputStream",
            "java/io/ObjectInputStream", "java/io/ObjectOutputStream", "java/io/InputStreamReader",
            "java/io/OutputStreamWriter", "java/io/FilterOutputStream", "java/io/FilterInputStream", "java/io/OutputStream",
            "java/io/InputStream", "java/io/Writer", "java/io/Reader", "java/util/Scanner", "java/util/Formatter");
    private static final Set<String> LOGGERS = Set.of("java/lang/System$Logger", "java/util/logging/Logger",
            "org/slf4j/Logger", "org/apache/logging/log4j/Logger", "org/apache/commons/logging/Log",
            "org/osgi/service/log/Logger", "org/osgi/service/log/LogService", "org/jboss/logging/Logger");
    private static final Map<String, Kind> SYSTEM = Map.ofEntries(Map.entry("currentTimeMillis", Kind.CLOCK),
            Map.entry("nanoTime", Kind.CLOCK), Map.entry("getenv", Kind.ENVIRONMENT),
            Map.entry("getProperty", Kind.ENVIRONMENT), Map.entry("getProperties", Kind.ENVIRONMENT),
            Map.entry("setProperty", Kind.ENVIRONMENT), Map.entry("setProperties", Kind.ENVIRONMENT),
            Map.entry("clearProperty", Kind.ENVIRONMENT), Map.entry("console", Kind.IO), Map.entry("exit", Kind.OTHER),
            Map.entry("gc", Kind.OTHER), Map.entry("load", Kind.OTHER), Map.entry("loadLibrary", Kind.OTHER),
            Map.entry("setOut", Kind.IO), Map.entry("setErr", Kind.IO), Map.entry("setIn", Kind.IO));
    private static final Set<String> PURE_PREFIXES = Set.of("java/util/function/", "java/math/", "java/lang/annotation/",
            "java/nio/charset/", "java/lang/runtime/", "java/util/stream/");

    private PlatformMethods() {
    }

    /** Whether this interface is a known logging one, of the platform or not. */
    static boolean isLogger(String owner) {
        return LOGGERS.contains(owner);
    }

    /**
     * @param fresh whether the receiver was made by the function itself
     * @param sharedInside whether something that is not fresh was put into the receiver, as into a stream over a stream
     */
    static Verdict judge(String owner, String name, String descriptor, boolean fresh, boolean sharedInside) {
        if (LOGGERS.contains(owner)) {
            return name.startsWith("get") || name.startsWith("is") ? Verdict.PURE : Verdict.effect(Kind.IO);
        } else if (owner.startsWith("java/lang/reflect/") || owner.startsWith("java/lang/invoke/")) {
            return reflection(owner, name);
        } else if (owner.startsWith("java/lang/")) {
            return language(owner, name, descriptor);
        } else if (owner.startsWith("java/util/concurrent/")) {
            return concurrent(owner, name, descriptor);
        } else if (owner.startsWith("java/io/") || owner.equals("java/util/Scanner") || owner.equals("java/util/Formatter")) {
            return io(owner, name, descriptor, fresh, sharedInside);
        } else if (owner.startsWith("java/nio/")) {
            return nio(owner, name, descriptor);
        } else if (owner.startsWith("java/time/")) {
            boolean clock = name.equals("now") || owner.equals("java/time/Clock") && !name.startsWith("system")
                    && !name.equals("fixed");
            return clock ? Verdict.effect(Kind.CLOCK) : Verdict.PURE;
        } else if (owner.startsWith("java/util/logging/") || owner.startsWith("java/net/") || owner.startsWith("javax/net/")
                || owner.startsWith("java/sql/") || owner.startsWith("javax/sql/")) {
            return owner.matches("java/net/(URI|URLEncoder|URLDecoder)") || name.equals("<init>")
                    && owner.matches("java/net/(URL|InetSocketAddress)") ? Verdict.PURE : Verdict.effect(Kind.IO);
        } else if (owner.startsWith("java/util/prefs/")) {
            return Verdict.effect(Kind.ENVIRONMENT);
        } else if (owner.equals("java/security/MessageDigest") || owner.equals("javax/crypto/Mac")) {
            boolean fills = descriptor.matches("\\(\\[BII?\\).*") && !name.equals("update"); // an array, too
            return fills ? Verdict.UNKNOWN
                    : name.matches("update|digest|reset|init|doFinal") ? Verdict.MUTATES_RECEIVER : Verdict.PURE;
        }
        return isRandom(owner) ? random(owner, name, descriptor)
                : owner.startsWith("java/util/") || owner.startsWith("java/text/") ? utilities(owner, name, descriptor)
                : pure(owner) ? Verdict.PURE : Verdict.UNKNOWN;
    }

    private static boolean pure(String owner) {
        return PURE_PREFIXES.stream().anyMatch(owner::startsWith);
    }

    private static Verdict language(String owner, String name, String descriptor) {
        switch (owner) {
            case "java/lang/System":
                Kind kind = SYSTEM.get(name);
                return name.equals("arraycopy") ? Verdict.mutates(2, Kind.ARRAY_WRITE)
                        : kind == null ? Verdict.PURE : Verdict.effect(kind);
            case "java/lang/Thread", "java/lang/ThreadGroup", "java/lang/Thread$Builder":
                return Set.of("start", "sleep", "join", "interrupt", "yield", "interrupted", "startVirtualThread",
                        "stop", "suspend", "resume", "setName", "setDaemon", "setPriority", "unstarted",
                        "setDefaultUncaughtExceptionHandler").contains(name) ? Verdict.effect(Kind.THREAD) : Verdict.PURE;
            case "java/lang/Object":
                return Set.of("wait", "notify", "notifyAll").contains(name) ? Verdict.effect(Kind.LOCK) : Verdict.PURE;
            case "java/lang/Math", "java/lang/StrictMath":
                return name.equals("random") ? Verdict.effect(Kind.RANDOM) : Verdict.PURE;
            case "java/lang/Integer", "java/lang/Long", "java/lang/Boolean":
                boolean property = Set.of("getInteger", "getLong", "getBoolean").contains(name);
                return property ? Verdict.effect(Kind.ENVIRONMENT) : Verdict.PURE;
            case "java/lang/Runtime", "java/lang/ProcessBuilder", "java/lang/Process", "java/lang/ProcessHandle":
                return name.equals("getRuntime") || name.equals("<init>") || name.equals("availableProcessors")
                        ? Verdict.PURE : Verdict.effect(Kind.OTHER);
            case "java/lang/ThreadLocal", "java/lang/InheritableThreadLocal":
                return name.equals("set") || name.equals("remove") ? Verdict.MUTATES_RECEIVER : Verdict.PURE;
            case "java/lang/StringBuilder", "java/lang/StringBuffer", "java/lang/AbstractStringBuilder",
                "java/lang/Appendable":
                if (name.equals("getChars")) {
                    return Verdict.mutates(3, Kind.ARRAY_WRITE);
                }
                boolean reads = Set.of("toString", "length", "charAt", "indexOf", "substring", "<init>", "isEmpty",
                        "chars", "lastIndexOf", "capacity", "compareTo").contains(name);
                return reads ? Verdict.PURE : Verdict.MUTATES_RECEIVER;
            case "java/lang/Class":
                return name.equals("newInstance") ? Verdict.effect(Kind.REFLECTION) : Verdict.PURE;
            case "java/lang/Runnable", "java/lang/AutoCloseable":
                return Verdict.UNKNOWN;
            case "java/lang/String":
                return name.equals("getChars") || name.equals("getBytes") && descriptor.startsWith("(II")
                        ? Verdict.mutates(3, Kind.ARRAY_WRITE) : Verdict.PURE;
            default:
                return name.startsWith("print") ? Verdict.effect(Kind.IO) : Verdict.PURE; // printStackTrace
        }
    }

    private static Verdict reflection(String owner, String name) {
        boolean sets = name.startsWith("set") && !name.equals("setAccessible") || name.startsWith("compareAnd")
                || name.startsWith("getAnd") || name.startsWith("weakCompare");
        boolean runs = name.startsWith("invoke") && !owner.endsWith("LambdaMetafactory") || name.equals("newInstance")
                && !owner.endsWith("Array") || name.equals("newProxyInstance");
        if (owner.equals("java/lang/reflect/Array")) {
            return sets ? Verdict.mutates(0, Kind.ARRAY_WRITE) : Verdict.PURE;
        }
        return sets || runs ? Verdict.effect(Kind.REFLECTION) : Verdict.PURE;
    }

    private static Verdict concurrent(String owner, String name, String descriptor) {
        if (owner.startsWith("java/util/concurrent/atomic/")) {
            return ATOMIC_READERS.contains(name) ? Verdict.PURE : Verdict.MUTATES_RECEIVER;
        } else if (owner.startsWith("java/util/concurrent/locks/")) {
            return name.equals("<init>") || name.startsWith("is") || name.equals("readLock") || name.equals("writeLock")
                    || name.equals("newCondition") ? Verdict.PURE : Verdict.effect(Kind.LOCK);
        } else if (owner.equals("java/util/concurrent/ThreadLocalRandom")) {
            return Verdict.effect(Kind.RANDOM);
        } else if (owner.matches(".*/(Semaphore|CountDownLatch|CyclicBarrier|Phaser|Exchanger)")) {
            return name.equals("<init>") || name.startsWith("get") ? Verdict.PURE : Verdict.effect(Kind.LOCK);
        } else if (owner.equals("java/util/concurrent/TimeUnit")) {
            return name.equals("sleep") || name.equals("timedJoin") ? Verdict.effect(Kind.THREAD) : Verdict.PURE;
        } else if (owner.matches(".*/Concurrent.*|.*/CopyOnWrite.*|.*(Queue|Deque)")) {
            return fillsArray(name, descriptor) ? Verdict.mutates(1, Kind.ARRAY_WRITE)
                    : COLLECTION_MUTATORS.contains(name) ? Verdict.MUTATES_RECEIVER : Verdict.PURE;
        } else if (owner.equals("java/util/concurrent/Callable")) {
            return Verdict.UNKNOWN;
        } else if (owner.endsWith("Exception") || name.equals("completedFuture") || name.equals("isDone")) {
            return Verdict.PURE;
        }
        return Verdict.effect(Kind.THREAD); // executors, futures, timers
    }

    private static Verdict io(String owner, String name, String descriptor, boolean fresh, boolean sharedInside) {
        if (MEMORY_STREAMS.contains(owner)) {
            return name.equals("<init>") || name.startsWith("to") ? Verdict.PURE : Verdict.MUTATES_RECEIVER;
        } else if (WRAPPING_STREAMS.contains(owner)) {
            boolean opens = name.equals("<init>") && (descriptor.contains("Ljava/io/File;")
                    || descriptor.startsWith("(Ljava/lang/String;") || descriptor.contains("Ljava/nio/file/"));
            boolean inMemory = fresh && !sharedInside;
            return !opens && inMemory ? Verdict.PURE : Verdict.effect(Kind.IO);
        } else if (owner.equals("java/io/File")) {
            return name.equals("<init>") || name.startsWith("getName") || name.startsWith("getP") || name.equals("toPath")
                    || name.equals("toString") ? Verdict.PURE : Verdict.effect(Kind.IO);
        }
        return owner.endsWith("Exception") || owner.equals("java/io/Serializable") ? Verdict.PURE
                : Verdict.effect(Kind.IO);
    }

    private static Verdict nio(String owner, String name, String descriptor) {
        if (owner.endsWith("Buffer")) {
            boolean absoluteGet = name.equals("get") && descriptor.startsWith("(I)");
            boolean moves = name.startsWith("put") || name.startsWith("get") && !absoluteGet && !descriptor.startsWith("(I)")
                    || Set.of("position", "limit", "mark", "reset", "clear", "flip", "rewind", "compact", "order",
                            "read").contains(name) && !descriptor.startsWith("()") || Set.of("mark", "reset", "clear",
                            "flip", "rewind", "compact").contains(name);
            return moves ? Verdict.MUTATES_RECEIVER : Verdict.PURE;
        }
        return owner.startsWith("java/nio/charset/") || owner.equals("java/nio/ByteOrder")
                || owner.matches("java/nio/file/(Path|Paths)") && !name.startsWith("toReal") && !name.equals("register")
                || owner.endsWith("Exception") ? Verdict.PURE : Verdict.effect(Kind.IO);
    }

    /** Whether this class makes random numbers, or generators of them. */
    static boolean isRandom(String owner) {
        return owner.startsWith("java/util/random/") || owner.equals("java/util/Random")
                || owner.equals("java/util/SplittableRandom") || owner.equals("java/security/SecureRandom");
    }

    /** A generator with a seed is like any other object; one without, or a secure one, is another in each call. */
    private static Verdict random(String owner, String name, String descriptor) {
        boolean factory = owner.endsWith("Factory");
        boolean makes = name.equals("<init>") || name.equals("create")
                || !factory && (name.equals("of") || name.equals("getDefault") || name.startsWith("getInstance"));
        boolean seeded = !owner.startsWith("java/security/") && descriptor.matches("\\((J|\\[B)\\).*");
        return makes && !seeded ? Verdict.effect(Kind.RANDOM)
                : makes || factory || name.equals("split") ? Verdict.PURE : Verdict.mutates(0, Kind.RANDOM);
    }

    /** Whether it writes into the array that it is given. */
    private static boolean fillsArray(String name, String descriptor) {
        return name.equals("toArray") && descriptor.startsWith("([") || name.equals("copyInto");
    }

    private static Verdict utilities(String owner, String name, String descriptor) {
        switch (owner) {
            case "java/util/UUID":
                return name.equals("randomUUID") ? Verdict.effect(Kind.RANDOM) : Verdict.PURE;
            case "java/util/Date", "java/util/Calendar", "java/util/GregorianCalendar":
                return name.equals("<init>") && descriptor.equals("()V") || name.equals("getInstance")
                        ? Verdict.effect(Kind.CLOCK) : name.startsWith("set") || name.matches("add|roll|clear")
                                ? Verdict.MUTATES_RECEIVER : Verdict.PURE;
            case "java/util/Timer":
                return Verdict.effect(Kind.THREAD);
            case "java/util/Locale", "java/util/TimeZone":
                return name.startsWith("setDefault") ? Verdict.effect(Kind.ENVIRONMENT) : Verdict.PURE;
            case "java/util/ServiceLoader":
                return Verdict.effect(Kind.OTHER);
            case "java/util/Arrays":
                boolean writes = name.equals("fill") || name.startsWith("sort") || name.startsWith("parallel")
                        || name.equals("setAll");
                return writes ? Verdict.mutates(0, Kind.ARRAY_WRITE) : Verdict.PURE;
            case "java/util/Collections":
                if (name.equals("shuffle") && !descriptor.contains("Random")) {
                    return Verdict.effect(Kind.RANDOM);
                }
                return Set.of("sort", "shuffle", "addAll", "reverse", "swap", "fill", "rotate", "copy", "replaceAll")
                        .contains(name) ? Verdict.mutates(0, Kind.MUTATION) : Verdict.PURE;
            case "java/util/Optional", "java/util/Objects", "java/util/OptionalInt", "java/util/OptionalLong":
                return Verdict.PURE;
            default:
                return fillsArray(name, descriptor) ? Verdict.mutates(1, Kind.ARRAY_WRITE) : collections(owner, name);
        }
    }

    private static Verdict collections(String owner, String name) {
        if (owner.startsWith("java/util/function/")) {
            return Verdict.UNKNOWN; // called on nothing known: any code may run
        } else if (name.equals("parallel") || name.equals("parallelStream")) {
            return Verdict.effect(Kind.THREAD);
        } else if (owner.startsWith("java/util/stream/")) {
            return name.equals("generate") ? Verdict.UNKNOWN : Verdict.PURE;
        } else if (owner.startsWith("java/util/regex/") || owner.startsWith("java/text/")) {
            return owner.endsWith("Pattern") || name.startsWith("get") || name.startsWith("group") || name.equals("<init>")
                    ? Verdict.PURE : Verdict.MUTATES_RECEIVER;
        } else if (owner.equals("java/util/Comparator") || owner.endsWith("Exception")) {
            return Verdict.PURE;
        }
        return COLLECTION_MUTATORS.contains(name) ? Verdict.MUTATES_RECEIVER : Verdict.PURE;
    }
}

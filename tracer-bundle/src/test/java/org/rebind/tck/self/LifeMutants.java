package org.rebind.tck.self;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.rebind.DType;
import org.rebind.backend.BackendException;
import org.rebind.backend.BackendException.Kind;
import org.rebind.backend.BackendProvider;
import org.rebind.backend.DeviceBuffer;
import org.rebind.backend.Discovery;
import org.rebind.backend.Executable;
import org.rebind.backend.ExecutableOptions;
import org.rebind.backend.HostBuffer;
import org.rebind.graph.Graph;
import org.rebind.tck.LifeCycleContract;
import org.rebind.tck.LossContract;
import org.rebind.tck.MemoryContract;

/** Backends that are right as long as there is memory, the device stays and nobody leaves. */
final class LifeMutants {
    private LifeMutants() {
    }

    static Map<String, Mutant> all() {
        Map<String, Mutant> all = new LinkedHashMap<>();
        all.put("gives more memory than it declares", Mutant.of(MemoryContract.class, Boundless::new));
        all.put("keeps the results of a call that ran out of memory", Mutant.of(MemoryContract.class, KeepsHalf::new));
        all.put("reports too little memory as a failed launch", Mutant.of(MemoryContract.class, CallsItExecute::new));
        all.put("counts the memory of closed buffers", Mutant.of(MemoryContract.class, NeverFrees::new));
        all.put("counts elements in 32 bits", Mutant.of(MemoryContract.class, WrapsAround::new));
        all.put("takes no notice of a lost device", Mutant.of(LossContract.class, TakesNoNotice::new));
        all.put("reports a lost device as a failed launch", Mutant.of(LossContract.class, CallsLossExecute::new));
        all.put("reads zeros from a lost device", Mutant.of(LossContract.class, ReadsZeros::new));
        all.put("cannot close what is on a lost device", Mutant.of(LossContract.class, CannotClose::new));
        all.put("finds its device only once", life(new Once()));
        all.put("closes everything with the first that closes", life(new ClosesAll()));
        all.put("leaves a thread for each discovery", life(new LeavesThread()));
        all.put("keeps its classes in a static of the platform", life(new Pinned()));
        return all;
    }

    private static Mutant life(BackendProvider provider) {
        return new Mutant(LifeCycleContract.class, Wrapper::new, provider);
    }

    // ---- memory

    private static final class Boundless extends Wrapper {
        @Override
        void take(long bytes) {
            used.addAndGet(bytes);
        }
    }

    private static final class KeepsHalf extends Wrapper {
        @Override
        public Executable compile(Graph graph, ExecutableOptions options) {
            return new Wrapped(graph, interpreter.compile(graph, options)) {
                @Override
                void giveBack(DeviceBuffer[] results, DeviceBuffer[] inputs) {
                    // forgotten
                }
            };
        }
    }

    private static final class CallsItExecute extends Wrapper {
        @Override
        void take(long bytes) {
            try {
                super.take(bytes);
            } catch (BackendException e) {
                throw new BackendException(Kind.EXECUTE, e.getMessage());
            }
        }
    }

    private static final class NeverFrees extends Wrapper {
        private long total;

        @Override
        synchronized void take(long bytes) {
            if (total + bytes > capacity) {
                throw new BackendException(Kind.OUT_OF_MEMORY, bytes + " bytes do not fit");
            }
            total += bytes;
        }
    }

    private static final class WrapsAround extends Wrapper {
        @Override
        public Executable compile(Graph graph, ExecutableOptions options) {
            return new Wrapped(graph, interpreter.compile(graph, options)) {
                @Override
                public DeviceBuffer[] execute(DeviceBuffer[] inputs, long[] symbols) {
                    return symbols.length == 2 && (int) (symbols[0] * symbols[1]) == 0
                            ? new DeviceBuffer[] {new Memory(HostBuffer.allocate(DType.FLOAT32, 0))}
                            : super.execute(inputs, symbols);
                }
            };
        }
    }

    // ---- loss

    private static final class TakesNoNotice extends Wrapper {
        @Override
        void present() {
            // as if it were there
        }
    }

    private static final class CallsLossExecute extends Wrapper {
        @Override
        void present() {
            if (lost) {
                throw new BackendException(Kind.EXECUTE, "launch failed");
            }
        }
    }

    private static final class ReadsZeros extends Wrapper {
        @Override
        public Executable compile(Graph graph, ExecutableOptions options) {
            return new Wrapped(graph, interpreter.compile(graph, options)) {
                @Override
                public DeviceBuffer[] execute(DeviceBuffer[] inputs, long[] symbols) {
                    DeviceBuffer[] right = super.execute(inputs, symbols);
                    for (int i = 0; i < right.length; i++) {
                        right[i] = new Fading((Memory) right[i]);
                    }
                    return right;
                }
            };
        }

        /** Contents that are zeros once the device is lost. */
        private final class Fading implements DeviceBuffer {
            private final Memory memory;

            Fading(Memory memory) {
                this.memory = memory;
            }

            @Override
            public DType dtype() {
                return memory.dtype();
            }

            @Override
            public int elementCount() {
                return memory.elementCount();
            }

            @Override
            public HostBuffer toHost() {
                return lost ? HostBuffer.allocate(dtype(), elementCount()) : memory.toHost();
            }

            @Override
            public void close() {
                memory.close();
            }
        }
    }

    private static final class CannotClose extends Wrapper {
        @Override
        public Executable compile(Graph graph, ExecutableOptions options) {
            return new Wrapped(graph, interpreter.compile(graph, options)) {
                @Override
                public void close() {
                    present();
                    super.close();
                }
            };
        }
    }

    // ---- life cycle

    /** A provider that finds what a function makes of the list of all backends found so far. */
    private abstract static class Finder implements BackendProvider {
        private final List<Wrapper> found = new ArrayList<>();
        private final Function<List<Wrapper>, Wrapper> next;

        Finder(Function<List<Wrapper>, Wrapper> next) {
            this.next = next;
        }

        @Override
        public String name() {
            return "wrapper";
        }

        @Override
        public synchronized Discovery discover() {
            Wrapper w = next.apply(found);
            if (w == null) {
                return Discovery.declined("wrapper", "the device is in use");
            }
            found.add(w);
            return new Discovery(List.of(w), List.of());
        }
    }

    private static final class Once extends Finder {
        Once() {
            super(found -> found.isEmpty() ? new Wrapper() : null);
        }
    }

    private static final class ClosesAll extends Finder {
        ClosesAll() {
            super(found -> new Wrapper() {
                private final AtomicBoolean closed = new AtomicBoolean();

                @Override
                public void close() {
                    if (!closed.getAndSet(true)) {
                        List.copyOf(found).forEach(w -> w.lost = true);
                    }
                }
            });
        }
    }

    private static final class LeavesThread extends Finder {
        private static final AtomicInteger NUMBER = new AtomicInteger();

        LeavesThread() {
            super(found -> {
                Thread t = new Thread(LeavesThread::waitForever, "mutant-" + NUMBER.incrementAndGet());
                t.setDaemon(true);
                t.start();
                return new Wrapper();
            });
        }

        private static void waitForever() {
            try {
                new CountDownLatch(1).await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** Hands an object of its own to the platform for good. */
    public static final class Pinned implements BackendProvider {
        @Override
        public String name() {
            return "wrapper";
        }

        @Override
        public Discovery discover() {
            System.getProperties().put("rebind.tck.self.pinned", this);
            return new Discovery(List.of(new Wrapper()), List.of());
        }
    }
}

package org.rebind.backend.opencl.internal;

import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.rebind.DeclinedBackend;
import org.rebind.backend.Backend;
import org.rebind.backend.BackendException;
import org.rebind.backend.BackendProvider;
import org.rebind.backend.Discovery;
import org.rebind.codegen.BinaryCache;

/**
 * Finds the OpenCL devices of this machine: each that passes a self-test becomes a backend, {@code opencl} the best and
 * {@code opencl-1}, {@code opencl-2} and so on the others. The first call loads the drivers.
 */
public final class OpenClProvider implements BackendProvider {
    private static final System.Logger LOG = System.getLogger(OpenClProvider.class.getName());
    private static final String NAME = "opencl";

    private final Supplier<Settings> given;

    /** With the settings of the system properties {@code rebind.opencl.*}. */
    public OpenClProvider() {
        this(Settings::fromSystemProperties);
    }

    /** @param given asked in {@link #discover}, where settings that cannot be are a reason to decline */
    OpenClProvider(Supplier<Settings> given) {
        this.given = given;
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public Discovery discover() {
        Settings settings;
        try {
            settings = given.get();
        } catch (RuntimeException e) {
            return Discovery.declined(NAME, "its configuration cannot be used: " + e.getMessage());
        }
        try {
            ProcessGuards guards = ProcessGuards.install();
            try {
                return find(settings);
            } finally {
                guards.restoreHandlers();
            }
        } catch (LinkageError e) {
            LOG.log(Level.DEBUG, "OpenCL binding", e);
            return Discovery.declined(NAME, "the OpenCL binding cannot be loaded: " + e.getMessage());
        } catch (OutOfMemoryError e) { // JavaCPP's own limit, most likely
            LOG.log(Level.DEBUG, "OpenCL discovery", e);
            return Discovery.declined(NAME, "the OpenCL binding gets no memory: "
                    + (e.getCause() == null ? e : e.getCause()).getMessage());
        } catch (RuntimeException e) {
            LOG.log(Level.DEBUG, "OpenCL discovery", e);
            return Discovery.declined(NAME, e.getMessage());
        }
    }

    private Discovery find(Settings settings) {
        List<Backend> usable = new ArrayList<>();
        List<DeclinedBackend> declined = new ArrayList<>();
        List<String> broken = new ArrayList<>();
        for (DeviceFacts facts : DeviceSearch.all(broken)) {
            String name = usable.isEmpty() ? NAME : NAME + "-" + usable.size();
            String reason = facts.unusable();
            if (reason.isEmpty()) {
                reason = open(name, facts, settings, usable);
            }
            if (!reason.isEmpty()) {
                declined.add(new DeclinedBackend(name, facts.name() + " (" + facts.platformName() + "): " + reason));
            }
        }
        broken.forEach(b -> declined.add(new DeclinedBackend(NAME, b)));
        if (usable.isEmpty() && declined.isEmpty()) {
            return Discovery.declined(NAME, "no OpenCL device on this machine: install a driver, for instance the package"
                    + " pocl-opencl-icd for the CPU");
        }
        return new Discovery(usable, declined);
    }

    /** Adds the backend of a device that works. @return why it does not, empty if it does */
    private String open(String name, DeviceFacts facts, Settings settings, List<Backend> usable) {
        OpenClDevice device = null;
        try {
            BinaryCache cache = new BinaryCache(settings.binaryCache());
            device = new OpenClDevice(facts, settings);
            SelfTest.run(device, cache);
            ProcessGuards.install().restoreHandlers();
            String harm = ProcessGuards.verify();
            if (harm.isEmpty()) {
                usable.add(new OpenClBackend(name, device, cache));
                device = null;
            }
            return harm;
        } catch (RuntimeException | LinkageError | OutOfMemoryError e) { // one device's failure leaves the others found before and after it
            LOG.log(Level.DEBUG, "self-test of " + facts.name(), e);
            return "it fails the self-test: " + (e instanceof BackendException ? e.getMessage() : e.toString());
        } finally {
            if (device != null) {
                device.close();
            }
        }
    }
}

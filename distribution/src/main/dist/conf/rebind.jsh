import java.util.*;
import java.util.function.*;
import org.rebind.*;
import org.rebind.Compiler;
Compiler compiler = Rebind.compiler();

/** Results as JSON, and the report made of all of them. */
package org.rebind.benchmarks.report;

using BenchmarkDotNet.Running;
using Orchestrator.Micro;

// With --smoke every benchmark runs once, which shows that it works and measures nothing.
var isSmoke = args.Contains("--smoke");
string[] rest = [.. args.Where(a => a != "--smoke")];
var summaries = BenchmarkSwitcher.FromAssembly(typeof(MicroConfig).Assembly).Run(rest.Length == 0 ? ["--filter", "*"] : rest, new MicroConfig(isSmoke ? Effort.Smoke : Effort.Full));
return summaries.Any(s => s.HasCriticalValidationErrors || s.Reports.Any(r => !r.Success)) ? 1 : 0;

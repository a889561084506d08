using System.CommandLine;
using Orchestrator.Hosting;

// A stop takes as long as the host allows: activations move to other silos, clients are told where to go.
return await OrchestratorCommand.Create().Parse(args).InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = null });

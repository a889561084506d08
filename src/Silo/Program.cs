using Orchestrator.Hosting;

return await OrchestratorCommand.Create().Parse(args).InvokeAsync();

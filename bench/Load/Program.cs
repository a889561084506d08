using Orchestrator.Load;

return await LoadCommand.Create().Parse(args).InvokeAsync();

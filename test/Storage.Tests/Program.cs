using Orchestrator.Storage.Sqlite;
using Xunit.Runner.InProc.SystemConsole;

return args is ["write-until-killed", var directory, var seed, var linesMax]
    ? await CrashWriter.Run(directory, seed, linesMax)
    : await ConsoleRunner.Run(args);

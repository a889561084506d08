using System.CommandLine;
using Orchestrator.Configuration;
using Orchestrator.Storage;

namespace Orchestrator.Hosting;

/// <summary>The commands about the store, without a server. SQLite is then held like by a server, so none may run on it.</summary>
internal static class StoreCommands
{
    private static readonly Argument<string> FileName = new("file") { Description = "A file with a line of JSON for each row; see docs/configuration.md." };

    public static Command Database()
    {
        var migrate = new Command("migrate", "Makes the tables, or lifts them to the version of this program.");
        migrate.SetAction((parsed, cancellationToken) => WithStore(parsed, Migrated, async store =>
        {
            await store.StartAsync(cancellationToken);
            return $"Ready: {store.Place}";
        }));
        return new Command("database", "The tables of the store.") { migrate };
    }

    public static Command Export()
    {
        var export = new Command("export", "Writes everything durable into a new file.") { FileName };
        export.SetAction((parsed, cancellationToken) => WithStore(parsed, StoreChoice.OpenExisting, async store =>
        {
            await store.StartAsync(cancellationToken);
            var rows = await ExportFile.WriteAsync(parsed.GetValue(FileName)!, store.ExportAsync(cancellationToken), cancellationToken);
            return $"Exported {rows} rows from {store.Place}";
        }));
        return export;
    }

    public static Command Import()
    {
        var import = new Command("import", "Takes an export into an empty store: all of it, or nothing.") { FileName };
        import.SetAction((parsed, cancellationToken) => WithStore(parsed, StoreChoice.Open, async store =>
        {
            await store.StartAsync(cancellationToken);
            await store.HoldAsync(silo: null, cancellationToken);
            await store.ImportAsync(ExportFile.ReadAsync(parsed.GetValue(FileName)!, cancellationToken), cancellationToken);
            return $"Imported into {store.Place}";
        }));
        return import;
    }

    private static IStore Migrated(StorageOptions options, string data, ILoggerFactory logging) =>
        StoreChoice.Open(options with { MigrateAtStart = true }, data, logging);

    private static Task<int> WithStore(ParseResult parsed, Func<StorageOptions, string, ILoggerFactory, IStore> open, Func<IStore, Task<string>> work) =>
        OrchestratorCommand.Answered(async () =>
        {
            var options = OrchestratorCommand.Given(parsed);
            var configuration = Settings.Sources(options.Config);
            var settings = Settings.Read(configuration);
            using var logging = LoggerFactory.Create(logging => OrchestratorHost.AddLogging(logging, configuration, options));
            await using var store = open(settings.Storage, options.Data, logging);
            Console.WriteLine(await work(store));
            return ExitCode.Success;
        });
}

using System.Globalization;
using Orchestrator.Mechanisms;

// Without a command: everything, as a table in Markdown. "table 1", "table 2" and "idle" are parts of it; --smoke shows in a minute that it works.
CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
var effort = args.Contains("--smoke") ? Effort.Smoke : Effort.Full;
switch (args.Where(static a => a != "--smoke").ToArray())
{
    case ["receive" or "idle", var mechanism, var port, var primary]:
        await ChildNode.Serve(args[0], Enum.Parse<Mechanism>(mechanism), Number(port), Number(primary));
        return 0;
    case ["run", var mechanism, var silos]:
        foreach (var figures in await new Measurement(Enum.Parse<Mechanism>(mechanism), Number(silos), effort).Run(200, 20_000))
        {
            Console.WriteLine(Table.Row(Enum.Parse<Mechanism>(mechanism), Number(silos), figures));
        }

        return 0;
    case ["table", var silos]:
        return await Table.Print(Number(silos), args);
    case ["idle"]:
        await Table.PrintIdle(effort);
        return 0;
    case []:
        var code = await Table.Print(1, args) + await Table.Print(2, args);
        await Table.PrintIdle(effort);
        return code;
    default:
        await Console.Error.WriteLineAsync("mechanisms [table 1|2 | idle | run <mechanism> 1|2] [--smoke]");
        return 1;
}

static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);

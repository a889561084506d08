using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Orchestrator.Api;

namespace Orchestrator.VrTogether;

/// <summary>Everything that lives.</summary>
internal sealed record DumpShape(string Id, IReadOnlyList<JsonObject> Sessions, ImmutableArray<UserShape> Users)
{
    public static DumpShape Of(DumpBody dump) => new(dump.Id, dump.Sessions, [.. dump.Users.Select(UserShape.Of)]);
}

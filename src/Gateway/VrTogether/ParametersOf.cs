using System.Collections.Frozen;
using System.Text;
using System.Text.Json;

namespace Orchestrator.VrTogether;

/// <summary>What is known of a record of parameters.</summary>
internal static class ParametersOf<T>
{
    /// <summary>The names of those that may be absent.</summary>
    public static FrozenSet<string> Optional { get; } = typeof(T).GetConstructors()
        .SelectMany(static c => c.GetParameters())
        .Where(static p => p.HasDefaultValue)
        .Select(static p => JsonNamingPolicy.CamelCase.ConvertName(p.Name!))
        .ToFrozenSet(StringComparer.Ordinal);
}

/// <summary>An object of the parameters that are there.</summary>
internal sealed class PresentParameters
{
    private readonly StringBuilder _json = new();

    public PresentParameters Add(JsonProperty parameter)
    {
        _ = _json.Append(_json.Length == 0 ? '{' : ',').Append(JsonSerializer.Serialize(parameter.Name)).Append(':').Append(parameter.Value.GetRawText());
        return this;
    }

    public override string ToString() => _json.Length == 0 ? "{}" : $"{_json}}}";
}

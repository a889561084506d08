using Orchestrator.Security;

namespace Orchestrator.Api;

/// <summary>What the edge checks before work is done. Each names the parameter.</summary>
internal static class Validation
{
    public static void Name(string? value, string parameter, Limits limits)
    {
        if (string.IsNullOrWhiteSpace(value))
        {
            throw Refusal.BadRequest($"The parameter '{parameter}' is empty.");
        }

        Length(value, parameter, limits.NameLengthMax);
    }

    /// <summary>Of an account, which others come to know by its name. Guests may be called as they like.</summary>
    public static void AccountName(string? value, string parameter, Limits limits)
    {
        Name(value, parameter, limits);
        if (value!.Trim().Any(Deceptive.Is))
        {
            throw Refusal.BadRequest($"The parameter '{parameter}' has a control character, or one that turns the direction of text.");
        }
    }

    public static void Length(string? value, string parameter, int max)
    {
        if (value is not null && value.Length > max)
        {
            throw new Refusal(RefusalCode.LimitReached, $"The parameter '{parameter}' has more than {max} characters.");
        }
    }

    public static void Key(string? value, Limits limits)
    {
        if (value is { Length: 0 })
        {
            throw Refusal.BadRequest("The parameter 'key' is empty.");
        }

        Length(value, "key", limits.KeyLengthMax);
    }
}

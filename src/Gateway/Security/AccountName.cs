using System.Text;

namespace Orchestrator.Security;

/// <summary>What makes two spellings of a name the same account.</summary>
public static class AccountName
{
    /// <summary>The key of the account's grain. Compatibility forms and case do not make another name.</summary>
    public static string Normalise(string name) => name.Trim().Normalize(NormalizationForm.FormKC).ToUpperInvariant();
}

using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Yadokari.Rpc.Generator;

/// <summary>Plans a class with carried members.</summary>
internal static class ClassPlanner
{
    /// <summary>The plan; null when there can't be one, which has been told.</summary>
    public static ClassPlan? Plan(INamedTypeSymbol type, Compilation compilation, List<Finding> findings)
    {
        if (!CheckKind(type, findings))
        {
            return null;
        }

        var types = new TypePlanner(compilation, type, findings);
        List<MemberPlan> members = [];
        List<TrackedPlan> tracked = [];
        foreach (ISymbol member in type.GetMembers().Where(static m => m.Has(Names.CarriedAttribute)))
        {
            if (ObjectPlanner.IsTracking(member))
            {
                PlanTracked(types, member, tracked);
            }
            else if (PlanMember(types, member) is { } planned)
            {
                members.Add(planned);
            }
        }

        CheckNames(type, findings);
        AttributeData? rules = type.Find(Names.CarriedStateAttribute);
        INamedTypeSymbol? carriedBase = type.BaseType?.WithBases().FirstOrDefault(static b => b.IsCarriedClass());
        return new(
            type,
            carriedBase,
            rules.Named<string?>("Name", null) ?? type.ToDisplayString(),
            rules.Named("Version", 1),
            rules.Named("MaxBytes", 256L << 20),
            rules.Named("Unknown", 0) != 0,
            ObjectPlanner.CanBeMade(type),
            FindUpgrade(type, findings),
            members,
            tracked,
            types);
    }

    private static bool CheckKind(INamedTypeSymbol type, List<Finding> findings)
    {
        Location? at = type.At();
        if (type.TypeKind != TypeKind.Class)
        {
            findings.Add(Finding.Of(Rules.NotAClass, at, type.Short(), type.TypeKind == TypeKind.Struct ? "a struct" : "an interface"));
            return false;
        }

        for (INamedTypeSymbol? outer = type; outer is not null; outer = outer.ContainingType)
        {
            if (outer.IsGenericType)
            {
                findings.Add(Finding.Of(Rules.OpenGeneric, at, type.Short(), outer.Short()));
                return false;
            }

            bool partial = outer.DeclaringSyntaxReferences
                .Any(static r => r.GetSyntax() is TypeDeclarationSyntax declared && declared.Modifiers.Any(static m => m.ValueText == "partial"));
            if (!partial)
            {
                findings.Add(Finding.Of(Rules.NotPartial, outer.At(), outer.Short()));
                return false;
            }
        }

        return true;
    }

    private static MemberPlan? PlanMember(TypePlanner types, ISymbol member)
    {
        Location? at = member.At();
        if (NoInstanceValue(member) is { } what)
        {
            types.Tell(Rules.NoInstanceValue, at, member.Name, what);
            return null;
        }

        ITypeSymbol type = ObjectPlanner.TypeOf(member)!;
        if (types.Plan(type, member.Name, at) is not { } plan)
        {
            return null;
        }

        bool settable = member is IFieldSymbol { IsReadOnly: false } or IPropertySymbol { SetMethod.IsInitOnly: false };
        if (!settable && !plan.FillsInPlace)
        {
            types.Tell(Rules.NoSetter, at, member.Name, type.Short());
            return null;
        }

        if (settable && plan.FillsOnly)
        {
            types.Tell(Rules.NoConstructor, at, member.Name, type.Short());
            return null;
        }

        return new(member, type, NameOf(member), plan, settable ? Restoring.Set : Restoring.Fill, IsRequired(member));
    }

    private static void PlanTracked(TypePlanner types, ISymbol member, List<TrackedPlan> tracked)
    {
        Location? at = member.At();
        var type = (INamedTypeSymbol)ObjectPlanner.TypeOf(member)!;
        if (member.IsStatic || member is not (IFieldSymbol { IsReadOnly: true } or IPropertySymbol { SetMethod: null }))
        {
            types.Tell(Rules.TrackedPlace, at, member.Name, type.Short());
            return;
        }

        List<string> codecs = [];
        TypePlan? plan = null;
        foreach (ITypeSymbol part in type.TypeArguments)
        {
            plan = types.Plan(part, member.Name, at);
            if (plan is null)
            {
                return;
            }

            if (plan.FillsOnly)
            {
                types.Tell(Rules.NoConstructor, at, member.Name, part.Short());
            }

            if (codecs.Count == 0 && type.TypeArguments.Length == 2 && !plan.IsComplete)
            {
                types.Tell(Rules.IncompleteKey, at, member.Name, type.Short(), part.Short());
            }

            codecs.Add(plan.Codec);
        }

        if (plan is { IsComplete: false })
        {
            types.Tell(Rules.MutableValue, at, member.Name, type.TypeArguments[type.TypeArguments.Length - 1].Short());
        }

        tracked.Add(new(member, NameOf(member), codecs, IsRequired(member)));
    }

    private static string? NoInstanceValue(ISymbol member) => member switch
    {
        IFieldSymbol { IsConst: true } => "a constant",
        { IsStatic: true } => "static",
        IPropertySymbol { IsIndexer: true } => "an indexer",
        IPropertySymbol { GetMethod: null } => "a property without getter",
        IPropertySymbol { ExplicitInterfaceImplementations.IsEmpty: false } => "an explicit implementation of an interface",
        IPropertySymbol { ReturnsByRef: true } or IPropertySymbol { ReturnsByRefReadonly: true } => "a reference",
        _ => null,
    };

    private static void CheckNames(INamedTypeSymbol type, List<Finding> findings)
    {
        var seen = new HashSet<string>();
        foreach (ISymbol member in type.WithBases().Reverse().SelectMany(static t => t.GetMembers()).Where(static m => m.Has(Names.CarriedAttribute)))
        {
            if (!seen.Add(NameOf(member)) && SymbolEqualityComparer.Default.Equals(member.ContainingType, type))
            {
                findings.Add(Finding.Of(Rules.NameTwice, member.At(), member.Name, NameOf(member)));
            }
        }
    }

    private static string? FindUpgrade(INamedTypeSymbol type, List<Finding> findings)
    {
        IMethodSymbol[] marked = [.. type.GetMembers().OfType<IMethodSymbol>().Where(static m => m.Has(Names.CarriedUpgradeAttribute))];
        foreach (IMethodSymbol method in marked)
        {
            bool fits = method is { IsStatic: true, ReturnsVoid: true, IsGenericMethod: false, Parameters.Length: 1 }
                && method.Parameters[0].Type.ToDisplayString() == Names.CarriedUpgrade;
            if (!fits || marked.Length > 1)
            {
                findings.Add(Finding.Of(Rules.BadUpgrade, method.At(), method.Name));
            }
        }

        return marked.FirstOrDefault()?.InSource();
    }

    private static string NameOf(ISymbol member) =>
        member.Find(Names.CarriedAsAttribute)?.ConstructorArguments.FirstOrDefault().Value as string ?? member.Name;

    private static bool IsRequired(ISymbol member) => member.Find(Names.CarriedAttribute).Named("Required", false);
}

import java.io.File;
import java.util.List;
import org.semanticweb.owlapi.apibinding.OWLManager;
import org.semanticweb.owlapi.model.OWLOntology;
import org.semanticweb.owlapi.profiles.OWLProfileViolation;
import org.semanticweb.owlapi.profiles.Profiles;

/** Prints what an ontology holds and what of it is outside OWL 2 DL and RL; exits with 1 if anything is outside DL. */
public class Profile {
    public static void main(String[] arguments) throws Exception {
        OWLOntology ontology =
            OWLManager.createOWLOntologyManager().loadOntologyFromOntologyDocument(new File(arguments[0]));
        System.out.printf(
            "classes %d, object properties %d, data properties %d, annotation properties %d%n",
            ontology.classesInSignature().count(), ontology.objectPropertiesInSignature().count(),
            ontology.dataPropertiesInSignature().count(), ontology.annotationPropertiesInSignature().count());
        System.out.printf("axioms %d, logical axioms %d%n", ontology.getAxiomCount(), ontology.getLogicalAxiomCount());
        int outside = report("DL", Profiles.OWL2_DL, ontology);
        report("RL", Profiles.OWL2_RL, ontology);
        System.exit(outside == 0 ? 0 : 1);
    }

    private static int report(String name, Profiles profile, OWLOntology ontology) {
        List<OWLProfileViolation> violations = profile.checkOntology(ontology).getViolations();
        System.out.printf("OWL 2 %s: %d violations%n", name, violations.size());
        violations.forEach(violation -> System.out.println("  " + violation));
        return violations.size();
    }
}

import java.io.FileInputStream;
import java.security.cert.*;
import java.util.*;

/**
 * Prints whether JDK's PKIX takes a certificate for valid, with CRLs from a collection.
 * Usage: java CheckRevocation.java root.pem leaf.pem other.pem list.pem
 */
class CheckRevocation {
  public static void main(String[] files) throws Exception {
    CertificateFactory factory = CertificateFactory.getInstance("X.509");
    X509Certificate root = read(factory, files[0]);
    X509Certificate leaf = read(factory, files[1]);
    X509Certificate other = read(factory, files[2]);
    CRL list = factory.generateCRL(new FileInputStream(files[3]));
    PKIXParameters parameters = new PKIXParameters(Set.of(new TrustAnchor(root, null)));
    parameters.addCertStore(
        CertStore.getInstance(
            "Collection", new CollectionCertStoreParameters(List.of(other, list))));
    CertPathValidator validator = CertPathValidator.getInstance("PKIX");
    PKIXRevocationChecker checker = (PKIXRevocationChecker) validator.getRevocationChecker();
    checker.setOptions(
        EnumSet.of(
            PKIXRevocationChecker.Option.PREFER_CRLS, PKIXRevocationChecker.Option.NO_FALLBACK));
    parameters.addCertPathChecker(checker);
    try {
      validator.validate(factory.generateCertPath(List.of(leaf)), parameters);
      System.out.println("valid");
    } catch (CertPathValidatorException error) {
      System.out.println(error.getReason());
    }
  }

  private static X509Certificate read(CertificateFactory factory, String file) throws Exception {
    return (X509Certificate) factory.generateCertificate(new FileInputStream(file));
  }
}

package main

import (
	"encoding/pem"

	certmanager "github.com/cert-manager/cert-manager/pkg/apis/certmanager/v1"
	meta "github.com/cert-manager/cert-manager/pkg/apis/meta/v1"
	"github.com/cert-manager/cert-manager/pkg/util/pki"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// requestCertificate makes the approved request that cert-manager makes of a Certificate, for a new key that nobody keeps.
func requestCertificate(certificate *certmanager.Certificate) (*certmanager.CertificateRequest, error) {
	key, err := pki.GeneratePrivateKeyForCertificate(certificate)
	if err != nil {
		return nil, err
	}
	template, err := pki.GenerateCSR(certificate)
	if err != nil {
		return nil, err
	}
	der, err := pki.EncodeCSR(template, key)
	if err != nil {
		return nil, err
	}
	return &certmanager.CertificateRequest{
		TypeMeta: metav1.TypeMeta{
			APIVersion: certmanager.SchemeGroupVersion.String(),
			Kind:       certmanager.CertificateRequestKind,
		},
		ObjectMeta: metav1.ObjectMeta{Name: certificate.Name, Namespace: certificate.Namespace},
		Spec: certmanager.CertificateRequestSpec{
			Request:   pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE REQUEST", Bytes: der}),
			IssuerRef: certificate.Spec.IssuerRef,
			Duration:  certificate.Spec.Duration,
			IsCA:      certificate.Spec.IsCA,
			Usages:    certificate.Spec.Usages,
		},
		Status: certmanager.CertificateRequestStatus{
			Conditions: []certmanager.CertificateRequestCondition{
				{Type: certmanager.CertificateRequestConditionApproved, Status: meta.ConditionTrue},
			},
		},
	}, nil
}
